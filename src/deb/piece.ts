import type { Part } from './part.ts';

/**
 * A stretch of a tar archive, compressed by itself: its bytes depend on nothing before it, so they can be kept and put
 * into another package. How pieces become one member is the compression's matter.
 */
export interface Piece {
  parts: readonly Part[];
  /** What an xz stream's index says of each block of it. */
  xzBlocks?: readonly XzBlock[];
}

export interface XzBlock {
  /** In bytes, as the index has them. */
  unpaddedSize: number;
  uncompressedSize: number;
}
