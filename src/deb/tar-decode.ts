import { isUtf8 } from 'node:buffer';
import { BadInput } from '../bad-input.ts';
import { tarBlockSize } from './tar-header.ts';

/** What a header block says, before long names are put in. */
export interface DecodedTarHeader {
  /** The type flag as a character: `0` a file, `5` a directory, `L` GNU's long name … */
  type: string;
  name: string;
  target: string;
  /** Permission bits with set-id and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Empty where the archive has no names. */
  user: string;
  group: string;
  /** In bytes. */
  size: number;
  mtimeSeconds: number;
}

/** The years that a Date can hold. */
const latestSeconds = 8.64e12;

/**
 * A header as dpkg reads it (lib/dpkg/tarfn.c): old, ustar or GNU tar, with a checksum that is right. Null at the
 * archive's end, which is the first block that has neither a name nor a right checksum. Throws BadInput for anything
 * else, and for sizes below zero.
 */
export function decodeTarHeader(block: Buffer): DecodedTarHeader | null {
  if (checksum(block) !== octal(block, 148, 8)) {
    if (block[0] === 0) return null;
    throw new BadInput('broken tar archive: the checksum of a header is wrong');
  }
  const magic = block.toString('latin1', 257, 263);
  const prefix = magic === 'ustar\0' && block[345] !== 0 ? `${decodeName(field(block, 345, 155))}/` : '';
  const hasNames = magic === 'ustar\0' || magic === 'ustar ';
  const size = number(block, 124, 12, 'size');
  if (size < 0) throw new BadInput(`broken tar archive: a header with a size of ${size} bytes`);
  const mtimeSeconds = number(block, 136, 12, 'time');
  if (Math.abs(mtimeSeconds) > latestSeconds) {
    throw new BadInput(`broken tar archive: a header with a time of ${mtimeSeconds} seconds`);
  }
  const flag = block[156] as number;
  return {
    type: flag === 0 ? '0' : String.fromCharCode(flag),
    name: prefix + decodeName(field(block, 0, 100)),
    target: decodeName(field(block, 157, 100)),
    mode: (octal(block, 100, 8) ?? 0) & 0o7777,
    uid: number(block, 108, 8, 'user'),
    gid: number(block, 116, 8, 'group'),
    user: hasNames ? decodeName(field(block, 265, 32)) : '',
    group: hasNames ? decodeName(field(block, 297, 32)) : '',
    size,
    mtimeSeconds,
  };
}

/** A name up to its NUL. Bytes that are no UTF-8 stand as `\xNN`: two names never become one. */
export function decodeName(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const name = end < 0 ? bytes : bytes.subarray(0, end);
  if (isUtf8(name)) return name.toString('utf8');
  return name
    .toString('latin1')
    .replaceAll(/[\\\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function field(block: Buffer, offset: number, length: number): Buffer {
  return block.subarray(offset, offset + length);
}

/** The header's bytes summed up, its checksum field read as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 32;
  for (let i = 0; i < 148; i++) sum += block[i] as number;
  for (let i = 156; i < tarBlockSize; i++) sum += block[i] as number;
  return sum;
}

/** Octal digits, or a number of base 256 in two's complement, which its first byte tells. */
function number(block: Buffer, offset: number, length: number, what: string): number {
  const first = block[offset];
  if (first !== 0x80 && first !== 0xff) {
    const value = octal(block, offset, length);
    if (value === null) throw new BadInput(`broken tar archive: the ${what} in a header is no number`);
    return value;
  }
  let value = first === 0xff ? -1n : 0n;
  for (const byte of block.subarray(offset + 1, offset + length)) value = (value << 8n) | BigInt(byte);
  const whole = Number(value);
  if (!Number.isSafeInteger(whole)) {
    throw new BadInput(`broken tar archive: a header with a ${what} of ${value}, which nothing can hold`);
  }
  return whole;
}

/** Null for what is not spaces, octal digits, and then spaces or NULs to the end. */
function octal(block: Buffer, offset: number, length: number): number | null {
  let at = offset;
  const end = offset + length;
  while (at < end && block[at] === 0x20) at++;
  if (at === end) return null;
  let value = 0;
  for (; at < end; at++) {
    const byte = block[at] as number;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) return null;
    value = value * 8 + byte - 0x30;
  }
  for (; at < end; at++) if (block[at] !== 0 && block[at] !== 0x20) return null;
  return value;
}
