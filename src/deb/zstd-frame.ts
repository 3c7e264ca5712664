/**
 * One zstd frame (RFC 8878) of pieces that were compressed apart: dpkg 1.21 reads no further than the first frame.
 *
 * A frame is a header and blocks, and blocks can stand in another frame if nothing that they take from the blocks before
 * them differs there. That is (3.1.1) the window, into which the first blocks of a frame do not reach; the entropy
 * tables, which they cannot reuse; and the three repeated offsets, which a frame's first blocks may well use as they are
 * at its start: 1, 4 and 8. So between pieces stands a seam that sets them to this.
 */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Part } from './part.ts';
import type { Piece } from './piece.ts';
import { tarBlockSize } from './tar-header.ts';

const magic = 0xfd2fb528;
/** The window of level 3, which the compressor is told to use (3.1.1.1.2): 2^21 bytes. */
export const zstdWindowLog = 21;

const windowDescriptor = (zstdWindowLog - 10) << 3;
/** No checksum, no size, no dictionary: dpkg-deb writes none either. */
const frameHeader = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor]);
/** A raw block of nothing. */
const lastBlock = Buffer.from([1, 0, 0]);

const blockHeaderSize = 3;
const rleBlock = 1;
const compressedBlock = 2;
const matchLength = 34;

/**
 * A compressed block of one sequence: no literals, 34 bytes as they were `offset` bytes before, all three tables in
 * RLE mode (3.1.1.3.2). The offset, plus 3, is 2^code and the code's bits, which follow a 1 that ends the stream.
 */
function repeat(offset: number): Buffer {
  const code = Math.floor(Math.log2(offset + 3));
  const content = [0, 1, 0b01_01_01_00, 0, code, matchLength - 3, (1 << code) | (offset + 3 - (1 << code))];
  return Buffer.concat([blockHeader(compressedBlock, content.length), Buffer.from(content)]);
}

function blockHeader(type: number, size: number): Buffer {
  const header = Buffer.alloc(blockHeaderSize);
  header.writeUIntLE((size << 3) | (type << 1), 0, blockHeaderSize);
  return header;
}

/** The last one used is the first of the three. */
const resetOffsets = Buffer.concat([8, 4, 1].map(repeat));
const zerosInSeam = 3 * matchLength;

/**
 * A piece begins with a tar header, whose last 167 bytes are zeros in GNU's format: the blocks that set the offsets
 * have something to repeat.
 */
function seam(tarHeader: Buffer): Buffer {
  const raw = tarBlockSize - zerosInSeam;
  if (tarHeader.length !== tarBlockSize || tarHeader.subarray(raw - 8).some((byte) => byte !== 0)) {
    throw new Error('a piece of a zstd frame has to begin with a tar header');
  }
  return Buffer.concat([blockHeader(0, raw), tarHeader.subarray(0, raw), resetOffsets]);
}

/**
 * A piece of its tar header and of the frame, in a file, that holds what follows the header; the first piece is all in its
 * frame, as it begins one. Throws for a frame that zstd was not told to write.
 */
export function zstdPiece(tarHeader: Buffer | null, file: FileHandle, size: number): Piece {
  const { start, last, end } = blocksIn(file.fd, size);
  const header = Buffer.alloc(blockHeaderSize);
  readSync(file.fd, header, 0, blockHeaderSize, last);
  header.writeUInt8(header.readUInt8(0) & ~1, 0);
  const behind = last + blockHeaderSize;
  return {
    parts: [
      ...(tarHeader === null ? [] : [seam(tarHeader)]),
      { file, offset: start, size: last - start },
      header,
      { file, offset: behind, size: end - behind },
    ],
  };
}

export function zstdMember(pieces: readonly Piece[]): Part[] {
  return [frameHeader, ...pieces.flatMap(({ parts }) => parts), lastBlock];
}

/** Where the frame's blocks are: the first, the last, and behind it. */
function blocksIn(fd: number, size: number): { start: number; last: number; end: number } {
  const bytes = Buffer.alloc(18);
  readSync(fd, bytes, 0, bytes.length, 0);
  const start = headerSize(bytes);
  for (let position = start; ; ) {
    if (readSync(fd, bytes, 0, blockHeaderSize, position) < blockHeaderSize) {
      throw new Error('zstd wrote half a frame');
    }
    const header = bytes.readUIntLE(0, blockHeaderSize);
    const blockSize = ((header >> 1) & 3) === rleBlock ? 1 : header >> 3;
    const end = position + blockHeaderSize + blockSize;
    if ((header & 1) === 1) {
      if (end !== size) throw new Error('zstd wrote something behind its frame');
      return { start, last: position, end };
    }
    position = end;
  }
}

/** Of a frame's header (3.1.1.1). Throws where its blocks need a larger window, or more than blocks follow. */
function headerSize(bytes: Buffer): number {
  const descriptor = bytes.readUInt8(4);
  const [isSingleSegment, hasChecksum, hasDictionary] = [descriptor & 0x20, descriptor & 4, descriptor & 3];
  if (bytes.readUInt32LE(0) !== magic || hasChecksum || hasDictionary) {
    throw new Error(`zstd wrote another kind of frame than it was told to (descriptor ${descriptor})`);
  }
  if (!isSingleSegment) {
    if (bytes.readUInt8(5) > windowDescriptor)
      throw new Error('zstd used a larger window than it was told to');
    return 6 + ([0, 2, 4, 8][descriptor >> 6] as number);
  }
  // What is so small that it was all there at once; the window is its size.
  switch (descriptor >> 6) {
    case 0:
      return 6;
    case 1:
      return 7;
    default:
      if (bytes.readUInt32LE(5) > 2 ** zstdWindowLog || descriptor >> 6 === 3) {
        throw new Error('zstd used a larger window than it was told to');
      }
      return 9;
  }
}
