/**
 * Tar headers as dpkg reads them: GNU's, with `L` and `K` entries before what does not fit into 100 bytes.
 *
 * Not made by tar-stream: for long and for non-ASCII names it writes PAX headers, which dpkg refuses, and it has no
 * type flag for GNU's.
 */

export const tarBlockSize = 512;

/** Two empty blocks. */
export const tarEnd: Buffer = Buffer.alloc(2 * tarBlockSize);

const typeFlags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;

export interface TarHeader {
  kind: keyof typeof typeFlags;
  /** As it stands in the archive: `./usr/bin/app`, a directory with a slash at its end. */
  name: string;
  /** Permission bits with set-id and sticky. */
  mode: number;
  /** In bytes; 0 for all but files. */
  size: number;
  mtimeSeconds: number;
  /** Of a symlink, as written; of a hard link, a name in the archive. */
  target?: string;
  /** A name, which goes before the number 0 where the host has it, or a number; root unless given. */
  owner?: string | undefined;
  group?: string | undefined;
}

const nameWidth = 100;
/** Of a user's or a group's name, with its closing NUL. */
const identityWidth = 32;
const largestOctal = 0o77777777777;

/** The header of an entry, long name entries included; a multiple of 512 bytes. */
export function encodeTarHeader(header: TarHeader): Buffer {
  const { name, target = '' } = header;
  const block = headerBlock(typeFlags[header.kind], name, target, header);
  const longTarget = Buffer.byteLength(target) > nameWidth;
  const longName = Buffer.byteLength(name) > nameWidth;
  if (!longTarget && !longName) return block;
  return Buffer.concat([
    ...(longTarget ? longNameEntry('K', target) : []),
    ...(longName ? longNameEntry('L', name) : []),
    block,
  ]);
}

/** Of the header, in bytes. */
export function tarHeaderSize(name: string, target: string): number {
  return tarBlockSize + longNameSize(name) + longNameSize(target);
}

function longNameSize(text: string): number {
  const size = text.length <= nameWidth / 3 ? 0 : Buffer.byteLength(text);
  return size <= nameWidth ? 0 : tarBlockSize + size + 1 + tarPadding(size + 1);
}

/** How many bytes of zeros follow a file's content. */
export function tarPadding(size: number): number {
  return (tarBlockSize - (size % tarBlockSize)) % tarBlockSize;
}

function longNameEntry(typeFlag: 'K' | 'L', text: string): Buffer[] {
  const name = Buffer.from(`${text}\0`);
  const header = headerBlock(typeFlag, '././@LongLink', '', {
    mode: 0o644,
    size: name.length,
    mtimeSeconds: 0,
  });
  return [header, name, Buffer.alloc(tarPadding(name.length))];
}

/** What all headers share: root, GNU's magic, and spaces where the checksum goes. */
const template = Buffer.alloc(tarBlockSize);
template.write('0000000\x000000000', 108, 'latin1');
template.write('        ', 148, 'latin1');
template.write('ustar  \0root', 257, 'latin1');
template.write('root', 297, 'latin1');

/** Names that are too long are cut. */
function headerBlock(
  typeFlag: string,
  name: string,
  target: string,
  { mode, size, mtimeSeconds, owner, group }: Omit<TarHeader, 'kind' | 'name' | 'target'>,
): Buffer {
  const block = Buffer.allocUnsafe(tarBlockSize);
  template.copy(block);
  block.write(name, 0, nameWidth, 'utf8');
  block.write(octal(mode, 7), 100, 'latin1');
  writeNumber(block, 124, size);
  writeNumber(block, 136, mtimeSeconds);
  block.write(typeFlag, 156, 'latin1');
  if (target !== '') block.write(target, 157, nameWidth, 'utf8');
  if (owner !== undefined) writeIdentity(block, owner, 108, 265);
  if (group !== undefined) writeIdentity(block, group, 116, 297);
  let sum = 0;
  for (let i = 0; i < tarBlockSize; i++) sum += block[i] as number;
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

/** A name stands beside the number 0, as in any package; a number stands alone, so that dpkg takes it. */
function writeIdentity(block: Buffer, identity: string, numberAt: number, nameAt: number): void {
  const isNumber = /^\d+$/.test(identity);
  block.fill(0, nameAt, nameAt + identityWidth);
  if (isNumber) block.write(octal(Number(identity), 7), numberAt, 'latin1');
  else block.write(identity, nameAt, identityWidth - 1, 'utf8');
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Eleven octal digits, or base 256 with the top bit set for what is larger (over 8 GiB, after 2242). */
function writeNumber(block: Buffer, offset: number, value: number): void {
  if (value <= largestOctal) {
    block.write(octal(value, 11), offset, 'latin1');
  } else {
    block[offset] = 0x80;
    block.writeBigUInt64BE(BigInt(value), offset + 4);
  }
}
