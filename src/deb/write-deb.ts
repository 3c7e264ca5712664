import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry, HostPath, Package } from '../package/package.ts';
import { writeArArchive } from './ar-archive.ts';
import { inArchiveOrder } from './archive-order.ts';
import { blockSize } from './block-writer.ts';
import { compressMember } from './compress-member.ts';
import { type Compression, memberSuffix } from './compression.ts';
import { formatConffiles } from './conffiles.ts';
import { formatControlFile } from './control-file.ts';
import { controlFiles, controlTar } from './control-tar.ts';
import { writeDataTar } from './data-tar.ts';
import { contentSize, installedSizeKiB } from './installed-size.ts';
import { interruptible } from './interruption.ts';
import { formatMd5sums } from './md5sums.ts';
import { withScratchFile, writeWholeFile } from './scratch-file.ts';

export interface WriteDebOptions {
  compression: Compression;
  /** The time of everything in the package, in seconds since 1970 (SOURCE_DATE_EPOCH). */
  epochSeconds: number;
  signal?: AbortSignal;
  /** Called now and then, and at the end. */
  onProgress?: (progress: WriteDebProgress) => void;
}

export interface WriteDebProgress {
  /** Entries that are not directories, archived so far. */
  files: number;
  totalFiles: number;
  /** Of their contents. */
  bytes: number;
  totalBytes: number;
}

export interface WrittenDeb {
  path: string;
  /** Of the package, in bytes. */
  size: number;
  /** Entries that are not directories. */
  files: number;
  installedSizeKiB: number;
}

/**
 * Writes a package as a .deb (deb(5), format 2.0) that dpkg 1.21 and later install. The same package, compression and
 * time give the same bytes, in whatever order the entries come and however many cores there are.
 *
 * The destination appears whole or not at all, and nothing else is left in its folder: on an error, when the signal
 * aborts (it then rejects with the signal's reason), or when the process is told to end (SIGINT, SIGTERM, SIGHUP).
 * Throws BadInput for what dpkg could not unpack, for files that change meanwhile, and for missing compressors.
 */
export function writeDeb(pkg: Package, destination: string, options: WriteDebOptions): Promise<WrittenDeb> {
  const { compression, epochSeconds } = options;
  return interruptible(options.signal, async (signal) => {
    const entries = inArchiveOrder(pkg.entries);
    const installed = installedSizeKiB(entries);
    const control = formatControlFile(pkg.control, installed);
    const conffiles = formatConffiles(entries);
    const folder = dirname(destination);
    // In the file the control member comes first, and it holds the checksums: so the data member waits in a file.
    return withScratchFile(folder, (dataMember) =>
      withScratchFile(folder, async (controlMember) => {
        const { md5sums, files } = await compressData(entries, dataMember, options, signal);
        await compressMember(controlMember, compression, signal, async (out) => {
          await out.write(controlTar(controlFiles(pkg, { control, conffiles, md5sums }), epochSeconds));
        });
        const members = [
          { name: 'debian-binary', content: Buffer.from('2.0\n') },
          { name: `control.tar${memberSuffix[compression]}`, content: controlMember },
          { name: `data.tar${memberSuffix[compression]}`, content: dataMember },
        ];
        const size = await writeWholeFile(destination, signal, (deb) =>
          writeArArchive(deb, members, epochSeconds, signal),
        );
        return { path: destination, size, files, installedSizeKiB: installed };
      }),
    );
  });
}

/** Fills the data member; returns what is to be said of it. */
async function compressData(
  entries: readonly Entry[],
  member: FileHandle,
  { compression, epochSeconds, onProgress }: WriteDebOptions,
  signal: AbortSignal,
): Promise<{ md5sums: string; files: number }> {
  const checksums = new Map<HostPath, string>();
  const progress = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 };
  for (const entry of entries) {
    if (entry.kind !== 'directory') progress.totalFiles++;
    if (entry.kind === 'file') progress.totalBytes += contentSize(entry.content);
  }
  let told = 0;
  await compressMember(member, compression, signal, (out) =>
    writeDataTar(entries, out, epochSeconds, {
      onBytes: (count) => {
        progress.bytes += count;
        if (progress.bytes - told < blockSize) return;
        told = progress.bytes;
        onProgress?.({ ...progress });
      },
      onEntry: (entry, md5) => {
        if (entry.kind !== 'directory') progress.files++;
        if (md5 !== null) checksums.set(entry.path, md5);
      },
    }),
  );
  onProgress?.({ ...progress });
  return { md5sums: formatMd5sums(entries, checksums), files: progress.files };
}
