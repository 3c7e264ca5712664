/** Archives of any bytes, right ones and wrong ones: what no packager would write. */
import { arMagic, encodeArHeader } from '../../../src/deb/ar-header.ts';
import { tarBlockSize, tarEnd, tarPadding } from '../../../src/deb/tar-header.ts';

export interface RawEntry {
  name?: string | Buffer;
  /** `0` a file, `5` a directory, `1` and `2` links … */
  type?: string;
  target?: string;
  content?: string | Buffer;
  /** Put into the header over what is right, as it stands. */
  size?: string | Buffer;
  mtime?: string | Buffer;
  mode?: string;
  /** root:root, by number and by name, unless given. */
  uid?: string;
  user?: string;
  group?: string;
  magic?: string;
  prefix?: string;
  checksum?: string;
}

/** An entry with its content and padding, its checksum right unless given. */
export function rawEntry(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const block = Buffer.alloc(tarBlockSize);
  const put = (value: string | Buffer, offset: number, length: number) =>
    Buffer.from(value).copy(block, offset, 0, length);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(entry.name ?? './x', 0, 100);
  put(entry.mode ?? '0000644', 100, 8);
  put(entry.uid ?? '0000000', 108, 8);
  put('0000000', 116, 8);
  put(entry.size ?? octal(content.length, 11), 124, 12);
  put(entry.mtime ?? octal(1_700_000_000, 11), 136, 12);
  put(entry.type ?? '0', 156, 1);
  put(entry.target ?? '', 157, 100);
  put(entry.magic ?? 'ustar  \0', 257, 8);
  put(entry.user ?? 'root', 265, 32);
  put(entry.group ?? 'root', 297, 32);
  put(entry.prefix ?? '', 345, 155);
  put(entry.checksum ?? `${octal(checksumOf(block), 6)}\0 `, 148, 8);
  return Buffer.concat([block, content, Buffer.alloc(tarPadding(content.length))]);
}

export function checksumOf(block: Buffer): number {
  return block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

/** A size of base 256, as GNU tar writes those over 8 GiB, and hostile ones those below zero. */
export function base256(value: bigint): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64BE(value, 4);
  bytes.fill(value < 0n ? 0xff : 0, 0, 4);
  bytes[0] = value < 0n ? 0xff : 0x80;
  return bytes;
}

export const tarOf = (...entries: readonly (RawEntry | Buffer)[]): Buffer =>
  Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : rawEntry(entry))), tarEnd]);

export const plainControl =
  'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n y\n';

export const controlTar = (text = plainControl, ...more: readonly RawEntry[]): Buffer =>
  tarOf({ name: './control', content: text }, ...more);

export function arOf(...members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  return Buffer.concat([
    Buffer.from(arMagic),
    ...members.flatMap(([name, content]) => [
      encodeArHeader({ name, size: content.length }, 0),
      content,
      Buffer.alloc(content.length % 2, '\n'),
    ]),
  ]);
}

/** A whole package of these tar archives; `suffix` is that of data.tar. */
export const debOfTars = (control: Buffer, data: Buffer, suffix = ''): Buffer =>
  arOf(['debian-binary', Buffer.from('2.0\n')], ['control.tar', control], [`data.tar${suffix}`, data]);

export const debOfData = (...entries: readonly (RawEntry | Buffer)[]): Buffer =>
  debOfTars(controlTar(), tarOf(...entries));

/** A zstd frame that says so many times 128 KiB of zeros in four bytes each (RFC 8878, 3.1.1.2). */
export function zstdZeros(blocks: number): Buffer {
  const frame = Buffer.alloc(6 + 4 * blocks);
  frame.writeUInt32LE(0xfd2fb528, 0);
  // No content size; a window of 128 KiB.
  frame[5] = 7 << 3;
  for (let i = 0; i < blocks; i++) {
    // RLE, 128 KiB, and whether it is the last one; then the byte that is repeated, 0.
    frame.writeUIntLE(((1 << 17) << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0), 6 + 4 * i, 3);
  }
  return frame;
}
