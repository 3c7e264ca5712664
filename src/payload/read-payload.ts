import { readlinkSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import type { Entry, FileEntry } from '../package/package.ts';
import type { Payload } from '../package/payload.ts';
import { printableLine } from '../printable.ts';
import { reading } from '../unreadable.ts';
import { licenseText } from './license-file.ts';
import { nativeCode, packageArchitecture } from './native-code.ts';
import { type OnDisk, onDisk } from './on-disk.ts';
import { payloadPaths } from './payload-paths.ts';

/** In a release, mkdeb keeps what belongs to it under this name. */
const reservedName = '.mkdeb';
/** Events get their turn this often while a large directory is read. */
const pathsInATurn = 2_000;

export interface PayloadOptions {
  /** Patterns as in .gitignore(5). */
  ignore: readonly string[];
  /** A Debian architecture that goes first where there is native code for several; `auto` unless given. */
  arch?: string;
  /** What is started: its program goes in where it is a file of the app, as a built one is that git ignores. */
  service?: { exec: readonly string[] } | null;
}

export interface ReadPayload extends Payload {
  /** The newest modification time of a file in it, in seconds since 1970; 0 where there is none. */
  newestSeconds: number;
}

/**
 * Reads what of the app in `dir` goes into the package: paths, kinds and sizes; the files' bytes are read when the
 * package is written. Modes are 0644 or 0755 whatever the umask was, set-id bits kept. Throws BadInput, with every
 * reason at once, for what a package can't carry.
 */
export async function readPayload(dir: string, options: PayloadOptions): Promise<ReadPayload> {
  const { ignore, arch = 'auto', service = null } = options;
  const [program = ''] = service?.exec ?? [];
  const { paths, summary } = await payloadPaths(
    dir,
    ignore,
    program.startsWith('./') ? posix.normalize(program) : null,
  );
  addParents(paths);
  const sorted = [...paths.keys()].sort();
  const root = resolve(dir);
  const entries: Entry[] = [];
  const mistakes: string[] = [];
  const firstOfInode = new Map<string, string>();
  let newestSeconds = 0;

  for (const [i, path] of sorted.entries()) {
    if (i % pathsInATurn === pathsInATurn - 1) await new Promise(setImmediate);
    const disk = `${root}/${path}`;
    const found = paths.get(path) ?? onDisk(disk);
    if (found === null) continue;
    const target =
      found.kind === 'symlink' ? reading(join(dir, path), () => readlinkSync(disk, 'utf8')) : null;
    const mistake = nameMistake(path) ?? (target === null ? kindMistake(found) : linkMistake(path, target));
    if (mistake !== null) {
      mistakes.push(`${printableLine(join(dir, path))}: ${mistake}`);
      continue;
    }
    if (found.kind === 'file')
      newestSeconds = Math.max(newestSeconds, Math.floor(found.stamp.mtimeMs / 1_000));
    entries.push(
      target === null ? entryOf(path, disk, found, firstOfInode) : { kind: 'symlink', path, target },
    );
  }
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));

  const files = entries.filter((entry): entry is FileEntry => entry.kind === 'file');
  if (files.length === 0) throw new BadInput(`${dir}: there is no file to package`);
  return {
    entries,
    nativeArch: packageArchitecture(nativeCode(files), arch),
    summary,
    license: licenseText(files),
    newestSeconds,
  };
}

function entryOf(path: string, disk: string, found: OnDisk, firstOfInode: Map<string, string>): Entry {
  const setId = found.mode & 0o6000;
  if (found.kind === 'directory') return { kind: 'directory', path, mode: 0o755 | setId };
  if (found.links > 1) {
    const inode = `${found.stamp.device}:${found.stamp.inode}`;
    const target = firstOfInode.get(inode);
    if (target !== undefined) return { kind: 'hardlink', path, target };
    firstOfInode.set(inode, path);
  }
  const mode = ((found.mode & 0o111) === 0 ? 0o644 : 0o755) | setId;
  return { kind: 'file', path, mode, content: { disk, size: found.size, seen: found.stamp } };
}

function nameMistake(path: string): string | null {
  if (path === reservedName) return 'mkdeb keeps this name for itself; rename it, or add it to ignore';
  // dpkg keeps its lists of files by the line.
  if (path.includes('\n')) return 'dpkg takes no newline in a file name; rename it, or add it to ignore';
  return null;
}

function kindMistake({ kind }: OnDisk): string | null {
  if (kind === 'file' || kind === 'directory') return null;
  return `a ${kind} can’t go into a package; remove it, or add it to ignore`;
}

function linkMistake(path: string, target: string): string | null {
  if (target.startsWith('/')) {
    return `this link leads to ${target}, which is another place on the host; make it relative, replace it by what it leads to, or add it to ignore`;
  }
  const leadsTo = posix.join(posix.dirname(path), target);
  if (leadsTo !== '..' && !leadsTo.startsWith('../')) return null;
  return `this link leads to ${target}, outside of the app; replace it by what it leads to, or add it to ignore`;
}

function addParents(paths: Map<string, OnDisk | null>): void {
  for (const path of [...paths.keys()]) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      if (paths.has(parent)) break;
      paths.set(parent, null);
    }
  }
}
