import { createHash, hash } from 'node:crypto';
import type { Entry, FileEntry, HostPath } from '../package/package.ts';
import type { BlockWriter } from './block-writer.ts';
import { DiskFile } from './disk-file.ts';
import { contentSize } from './installed-size.ts';
import { encodeTarHeader, type TarHeader, tarBlockSize, tarEnd, tarPadding } from './tar-header.ts';

const zeros = Buffer.alloc(tarBlockSize);

export interface DataTarListener {
  /** So many bytes more of the files' contents are on their way. */
  onBytes: (count: number) => void;
  /** An entry is on its way; a file comes with its checksum in hex. */
  onEntry: (entry: Entry, md5: string | null) => void;
}

/**
 * Streams the data member, not compressed: `./`, then the entries as they come (archive order is the caller's).
 * Throws BadInput for a file that cannot be read, or is not as long as its entry says.
 */
export async function writeDataTar(
  entries: Iterable<Entry>,
  out: BlockWriter,
  mtimeSeconds: number,
  listener: DataTarListener,
): Promise<void> {
  await out.write(encodeTarHeader({ kind: 'directory', name: './', mode: 0o755, size: 0, mtimeSeconds }));
  const modes = new Map<HostPath, number>();
  for (const entry of entries) {
    if (entry.kind === 'file') modes.set(entry.path, entry.mode);
    const size = entry.kind === 'file' ? contentSize(entry.content) : 0;
    await out.write(encodeTarHeader({ ...headerOf(entry, modes), size, mtimeSeconds }));
    const md5 = entry.kind === 'file' ? await writeContent(entry, size, out, listener.onBytes) : null;
    await out.write(zeros.subarray(0, tarPadding(size)));
    listener.onEntry(entry, md5);
  }
  await out.write(tarEnd);
}

/** A hard link repeats the mode of its file, which comes before it: dpkg sets it anew. */
function headerOf(
  entry: Entry,
  modes: ReadonlyMap<HostPath, number>,
): Omit<TarHeader, 'size' | 'mtimeSeconds'> {
  const name = `.${entry.path}`;
  switch (entry.kind) {
    case 'file':
      return { kind: 'file', name, mode: entry.mode };
    case 'directory':
      return { kind: 'directory', name: `${name}/`, mode: entry.mode };
    case 'symlink':
      return { kind: 'symlink', name, mode: 0o777, target: entry.target };
    case 'hardlink':
      return { kind: 'hardlink', name, mode: modes.get(entry.target) ?? 0o644, target: `.${entry.target}` };
  }
}

/** Writes the content and returns its checksum. */
async function writeContent(
  { content }: FileEntry,
  size: number,
  out: BlockWriter,
  onBytes: (count: number) => void,
): Promise<string> {
  if ('disk' in content) {
    const file = new DiskFile(content.disk, size);
    try {
      return await copyHashed(file, size, out, onBytes);
    } finally {
      file.close();
    }
  }
  const bytes = 'text' in content ? Buffer.from(content.text) : content.bytes;
  await out.write(bytes);
  onBytes(size);
  return hash('md5', bytes);
}

/** Reads into the very block that goes to the compressor, and hashes there: no copy of its own. */
async function copyHashed(
  file: DiskFile,
  size: number,
  out: BlockWriter,
  onBytes: (count: number) => void,
): Promise<string> {
  if (size < out.block.length - out.used) {
    const { block, used } = out;
    let filled = 0;
    for (let count = -1; count !== 0; filled += count) count = file.read(block, used + filled);
    // In one go: to set up a hash costs more than to hash a small file.
    const md5 = hash('md5', block.subarray(used, used + size));
    await out.advance(size);
    onBytes(size);
    return md5;
  }
  const hasher = createHash('md5');
  for (;;) {
    const { block, used } = out;
    const count = file.read(block, used);
    if (count === 0) return hasher.digest('hex');
    hasher.update(block.subarray(used, used + count));
    await out.advance(count);
    onBytes(count);
  }
}
