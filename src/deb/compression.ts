import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Part } from './part.ts';
import type { Piece } from './piece.ts';
import type { Filter } from './process-sink.ts';
import { xzMember, xzPiece } from './xz-stream.ts';
import { zstdMember, zstdPiece, zstdWindowLog } from './zstd-frame.ts';

export const compressions = ['zstd', 'xz', 'gzip', 'none'] as const;
export type Compression = (typeof compressions)[number];

/** dpkg-deb's own on Ubuntu, and what every dpkg since Debian 12's reads. */
export const defaultCompression: Compression = 'zstd';

/** What a member's name ends in (deb(5)). */
export const memberSuffix: Readonly<Record<Compression, string>> = {
  zstd: '.zst',
  xz: '.xz',
  gzip: '.gz',
  none: '',
};

/**
 * How a member is compressed: in pieces, side by side, whose bounds depend on the member's entries alone, and whose bytes
 * do not depend on the number of cores.
 */
export interface Method {
  /** What compresses a piece; null where nothing does. */
  filter: Filter | null;
  /** About as many bytes make a piece. More is hardly smaller, and has to be compressed anew for one changed file. */
  pieceSize: number;
  /** Whether a piece may begin anywhere, or only where an entry does. */
  cutsFiles: boolean;
  /** Whether the program takes so long that it is worth a hash of the piece to know whether it was compressed before. */
  isCostly: boolean;
  /**
   * A piece of what the program wrote. Where pieces begin with entries, all but a member's first leave the entry's tar
   * header out of that, and it comes here.
   */
  pieceOf(output: FileHandle, size: number, tarHeader: Buffer | null): Piece;
  /** What a whole member is made of. */
  join(pieces: readonly Piece[]): Part[];
}

const mebibyte = 1 << 20;

const asItIs: Pick<Method, 'pieceOf' | 'join'> = {
  pieceOf: (file, size) => ({ parts: [{ file, offset: 0, size }] }),
  join: (pieces) => pieces.flatMap(({ parts }) => parts),
};

/**
 * The level of dpkg-deb, with one bit more of the byte before: in the same time that makes up for pieces of 16 MiB, where
 * dpkg-deb's blocks have 24.
 */
const xzFilter = '--lzma2=preset=6,lc=4';

export const methods: Readonly<Record<Compression, Method>> = {
  zstd: {
    filter: zstd(),
    pieceSize: 8 * mebibyte,
    cutsFiles: false,
    isCostly: false,
    pieceOf: (output, size, tarHeader) => zstdPiece(tarHeader, output, size),
    join: zstdMember,
  },
  xz: {
    filter: {
      command: 'xz',
      args: ['-q', xzFilter, '-T2', '-c'],
      debianPackage: 'xz-utils',
      task: 'compresses with xz',
    },
    pieceSize: 16 * mebibyte,
    cutsFiles: true,
    isCostly: true,
    pieceOf: xzPiece,
    join: xzMember,
  },
  gzip: {
    // gzip -9 takes 0.7 to 2.2 times as long, and makes 1 to 3 parts in 100 more; so does Node's own zlib, Chromium's. Not
    // whichever is there: the bytes of a package do not depend on what is installed.
    filter: {
      command: 'libdeflate-gzip',
      args: ['-10', '-c'],
      debianPackage: 'libdeflate-tools',
      task: 'compresses with gzip',
    },
    pieceSize: 2 * mebibyte,
    cutsFiles: true,
    isCostly: true,
    ...asItIs,
  },
  none: {
    filter: null,
    pieceSize: Number.POSITIVE_INFINITY,
    cutsFiles: true,
    isCostly: false,
    ...asItIs,
  },
};

/**
 * The level of dpkg-deb, with twice its hash tables: 0.4 to 1.3 parts in a hundred smaller on two trees. In its threaded
 * mode, which -T1 enters, it cuts what it reads the same way for any number of threads.
 */
function zstd(): Filter {
  const parameters = `--zstd=wlog=${zstdWindowLog},hlog=18,clog=17`;
  return {
    command: 'zstd',
    args: ['-q', '-3', parameters, '--no-check', `-T${availableParallelism()}`, '-c'],
    debianPackage: 'zstd',
    task: 'compresses with zstd',
  };
}
