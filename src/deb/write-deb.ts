import { dirname } from 'node:path';
import type { Entry, HostPath, Package } from '../package/package.ts';
import { type ArContent, writeArArchive } from './ar-archive.ts';
import { inArchiveOrder } from './archive-order.ts';
import { blockSize } from './block-writer.ts';
import { type Compression, memberSuffix, methods } from './compression.ts';
import { formatConffiles } from './conffiles.ts';
import { formatControlFile } from './control-file.ts';
import { compressControl } from './control-member.ts';
import { controlFiles, controlTar } from './control-tar.ts';
import { type DataMember, makeDataMember } from './data-member.ts';
import { contentSize, installedSizeKiB } from './installed-size.ts';
import { interruptible } from './interruption.ts';
import { formatMd5sums } from './md5sums.ts';
import { namingFullDisk } from './no-space.ts';
import type { PieceCache } from './piece-cache.ts';
import { type NewScratchFile, removeLeftovers, withScratchFiles, writeWholeFile } from './scratch-file.ts';
import {
  type SignatureType,
  type SignMembers,
  signatureMemberName,
  signedBytes,
} from './signature-member.ts';

/** In bytes of contents. Less is compressed sooner than looked up. */
const leastRemembered = 4 << 20;

export interface WriteDebOptions {
  compression: Compression;
  /** The time of everything in the package, in seconds since 1970 (SOURCE_DATE_EPOCH). */
  epochSeconds: number;
  signal?: AbortSignal;
  /** What earlier builds had to compress as well. Changes how long it takes, never a byte. */
  cache?: PieceCache | null;
  /** The last step: what it makes of the other members goes after them, in the same file. */
  sign?: { type: SignatureType; members: SignMembers };
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
 * SIGKILL and power cuts may leave a half one under a hidden name, which a later build removes.
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
    await removeLeftovers(destination);
    return withScratchFiles(folder, async (scratch) => {
      const data = await makeData(entries, scratch, options, signal);
      try {
        const tar = controlTar(
          controlFiles(pkg, { control, conffiles, md5sums: data.md5sums }),
          epochSeconds,
        );
        const suffix = memberSuffix[compression];
        const members = [
          { name: 'debian-binary', content: [Buffer.from('2.0\n')] },
          {
            name: `control.tar${suffix}`,
            content: await compressControl(tar, methods[compression], scratch, signal),
          },
          { name: `data.tar${suffix}`, content: data.parts },
        ];
        const signed = await withSignature(members, options.sign);
        const size = await writeWholeFile(destination, signal, (deb) =>
          writeArArchive(deb, signed, epochSeconds, signal),
        );
        return { path: destination, size, files: data.files, installedSizeKiB: installed };
      } finally {
        await data.remembered;
      }
    }).catch((error: unknown) => {
      throw namingFullDisk(error, folder);
    });
  });
}

async function withSignature(
  members: readonly ArContent[],
  sign: WriteDebOptions['sign'],
): Promise<readonly ArContent[]> {
  if (sign === undefined) return members;
  const signature = await sign.members(signedBytes(members));
  return [...members, { name: signatureMemberName(sign.type), content: [signature] }];
}

/** Makes the data member, and what is to be said of it. */
async function makeData(
  entries: readonly Entry[],
  scratch: NewScratchFile,
  { compression, epochSeconds, cache = null, onProgress }: WriteDebOptions,
  signal: AbortSignal,
): Promise<DataMember & { md5sums: string; files: number }> {
  const checksums = new Map<HostPath, string>();
  const progress = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 };
  for (const entry of entries) {
    if (entry.kind !== 'directory') progress.totalFiles++;
    if (entry.kind === 'file') progress.totalBytes += contentSize(entry.content);
  }
  let told = 0;
  const member = await makeDataMember(entries, {
    method: methods[compression],
    mtimeSeconds: epochSeconds,
    scratch,
    cache: progress.totalBytes < leastRemembered ? null : cache,
    signal,
    listener: {
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
    },
  });
  onProgress?.({ ...progress });
  return { ...member, md5sums: formatMd5sums(entries, checksums), files: progress.files };
}
