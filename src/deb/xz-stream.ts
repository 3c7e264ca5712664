/**
 * One xz stream (the .xz file format, 1.1) of pieces that were compressed apart: dpkg 1.21 reads no further than the
 * first stream. Its blocks stand alone; only the index at its end knows them all.
 */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Part } from './part.ts';
import type { Piece, XzBlock } from './piece.ts';

const headerMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
const footerMagic = Buffer.from('YZ');
/** A CRC64 behind each block, which is xz's default. */
const flags = Buffer.from([0, 4]);
const header = Buffer.concat([headerMagic, flags, checksum(flags)]);
const footerSize = 12;

/** The blocks of a stream that lies in a file. Throws for any other than xz makes. */
export function xzPiece(file: FileHandle, size: number): Piece {
  const bytes = (offset: number, length: number) => {
    const read = Buffer.alloc(length);
    if (offset < 0 || readSync(file.fd, read, 0, length, offset) !== length)
      throw new Error('xz wrote half a stream');
    return read;
  };
  const footer = bytes(size - footerSize, footerSize);
  const indexSize = (footer.readUInt32LE(4) + 1) * 4;
  const end = size - footerSize - indexSize;
  if (!bytes(0, header.length).equals(header) || !footer.subarray(10).equals(footerMagic)) {
    throw new Error('xz wrote another kind of stream than expected');
  }
  return {
    parts: [{ file, offset: header.length, size: end - header.length }],
    xzBlocks: readIndex(bytes(end, indexSize)),
  };
}

export function xzMember(pieces: readonly Piece[]): Part[] {
  const index = writeIndex(pieces.flatMap(({ xzBlocks = [] }) => xzBlocks));
  const backwardSize = Buffer.alloc(4);
  backwardSize.writeUInt32LE(index.length / 4 - 1);
  const footer = Buffer.concat([backwardSize, flags]);
  return [
    header,
    ...pieces.flatMap(({ parts }) => parts),
    index,
    Buffer.concat([checksum(footer), footer, footerMagic]),
  ];
}

function readIndex(index: Buffer): XzBlock[] {
  let at = 1;
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = index.readUInt8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 128) return value;
    }
  };
  return Array.from({ length: next() }, () => ({ unpaddedSize: next(), uncompressedSize: next() }));
}

function writeIndex(blocks: readonly XzBlock[]): Buffer {
  const bytes = [0];
  const put = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
    bytes.push(rest);
  };
  put(blocks.length);
  for (const { unpaddedSize, uncompressedSize } of blocks) {
    put(unpaddedSize);
    put(uncompressedSize);
  }
  while (bytes.length % 4 !== 0) bytes.push(0);
  const index = Buffer.from(bytes);
  return Buffer.concat([index, checksum(index)]);
}

function checksum(bytes: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(bytes));
  return crc;
}
