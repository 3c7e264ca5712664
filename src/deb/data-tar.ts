import { createHash, hash } from 'node:crypto';
import type { Attributes, Entry, FileEntry, HostPath } from '../package/package.ts';
import type { BlockWriter } from './block-writer.ts';
import type { Run } from './data-runs.ts';
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

/** The data member's tar archive, not compressed. */
export class DataTar {
  readonly #mtimeSeconds: number;
  readonly #files = new Map<HostPath, FileEntry>();

  /** Of these entries; archive order is the caller's. */
  constructor(entries: readonly Entry[], mtimeSeconds: number) {
    this.#mtimeSeconds = mtimeSeconds;
    const linked = new Set<HostPath>();
    for (const entry of entries) if (entry.kind === 'hardlink') linked.add(entry.target);
    if (linked.size === 0) return;
    for (const entry of entries)
      if (entry.kind === 'file' && linked.has(entry.path)) this.#files.set(entry.path, entry);
  }

  /** `./`, which comes before all entries. */
  get root(): TarHeader {
    return { kind: 'directory', name: './', mode: 0o755, size: 0, mtimeSeconds: this.#mtimeSeconds };
  }

  /** A hard link repeats the mode and the attributes of its file, which comes before it: dpkg sets them anew. */
  headerOf(entry: Entry): TarHeader {
    const name = `.${entry.path}`;
    switch (entry.kind) {
      case 'file':
        return this.#header('file', name, entry.mode, entry, contentSize(entry.content));
      case 'directory':
        return this.#header('directory', `${name}/`, entry.mode, entry);
      case 'symlink':
        return this.#header('symlink', name, 0o777, entry, 0, entry.target);
      case 'hardlink': {
        const file = this.#files.get(entry.target);
        return this.#header('hardlink', name, file?.mode ?? 0o644, file ?? {}, 0, `.${entry.target}`);
      }
    }
  }

  #header(
    kind: TarHeader['kind'],
    name: string,
    mode: number,
    { owner, group, mtimeSeconds = this.#mtimeSeconds }: Attributes,
    size = 0,
    target = '',
  ): TarHeader {
    return { kind, name, mode, size, mtimeSeconds, target, owner, group };
  }

  /**
   * Streams a run of the archive. Throws BadInput for a file that cannot be read, that is not as long as its entry says,
   * or that was seen to change.
   */
  async write(run: Run, out: BlockWriter, listener: DataTarListener): Promise<void> {
    if (run.isFirst) await out.write(encodeTarHeader(this.root));
    for (const entry of run.entries) {
      const header = this.headerOf(entry);
      await out.write(encodeTarHeader(header));
      const md5 =
        entry.kind === 'file' ? await writeContent(entry, header.size, out, listener.onBytes) : null;
      await out.write(zeros.subarray(0, tarPadding(header.size)));
      listener.onEntry(entry, md5);
    }
    if (run.isLast) await out.write(tarEnd);
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
  const before = file.changed();
  for (;;) {
    const { block, used } = out;
    const count = file.read(block, used);
    if (count === 0) break;
    hasher.update(block.subarray(used, used + count));
    await out.advance(count);
    onBytes(count);
  }
  file.checkUnchanged(before);
  return hasher.digest('hex');
}
