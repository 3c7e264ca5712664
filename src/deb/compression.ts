import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { ByteSink } from './byte-sink.ts';
import { FileSink } from './file-sink.ts';
import { GzipSink } from './gzip-sink.ts';
import { type Filter, ProcessSink } from './process-sink.ts';

export const compressions = ['zstd', 'xz', 'gzip', 'none'] as const;
export type Compression = (typeof compressions)[number];

/** What a member's name ends in (deb(5)). */
export const memberSuffix: Readonly<Record<Compression, string>> = {
  zstd: '.zst',
  xz: '.xz',
  gzip: '.gz',
  none: '',
};

/** xz takes about 150 MB for each thread. */
const mostXzThreads = 8;

/**
 * Compresses into a file. One zstd frame or one xz stream, as dpkg 1.21 reads no further than the first. The bytes do
 * not depend on the number of cores: both programs cut their input the same way for any number of threads, as long as
 * they run in their threaded mode, which zstd enters with -T1 and xz with -T2.
 */
export function compressInto(file: FileHandle, compression: Compression): ByteSink {
  switch (compression) {
    case 'zstd':
      return new ProcessSink(zstd(availableParallelism()), file);
    case 'xz':
      return new ProcessSink(xz(availableParallelism()), file);
    case 'gzip':
      return new GzipSink(file);
    case 'none':
      return new FileSink(file);
  }
}

/** The level of dpkg-deb, with twice its hash tables: 0.4 to 1.3 parts in a hundred smaller on two trees. */
export function zstd(threads: number): Filter {
  return {
    command: 'zstd',
    args: ['-q', '-3', '--zstd=hlog=18,clog=17', `-T${threads}`],
    debianPackage: 'zstd',
  };
}

/** The level and the block size of dpkg-deb. */
export function xz(threads: number): Filter {
  const within = Math.min(Math.max(threads, 2), mostXzThreads);
  return {
    command: 'xz',
    args: ['-q', '-6', '--block-size=24MiB', `-T${within}`],
    debianPackage: 'xz-utils',
  };
}
