import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import type { Attributes, DirectoryEntry, Entry, FileEntry, HostPath } from '../package/package.ts';
import { directoryTree } from '../payload/directory-tree.ts';
import { stampOf } from '../payload/file-stamp.ts';
import { reading } from '../unreadable.ts';
import type { Content, ContentsOptions } from './content.ts';
import { cleanPath, findSources, onDisk } from './find-sources.ts';

export interface ReadContents {
  /** In any order, without the directories that are only parents. */
  entries: Entry[];
  /** The newest modification time of a file in it, in seconds since 1970; 0 where there is none. */
  newestSeconds: number;
  /** Which content put something at a path: `nfpm.yaml:12:5: contents[2]`. */
  placeOf(path: HostPath): string;
}

/**
 * Reads what `contents` put into the package: paths, kinds, sizes and modes; the files' bytes are read when the package
 * is written. `root` is what their `src` is relative to. Throws BadInput with every mistake, one a line, each with its
 * place: what is not there, what a package can't carry, two things at one path.
 */
export function readContents(
  root: string,
  contents: readonly Content[],
  options: ContentsOptions,
): ReadContents {
  const placed = new Placed();
  let newestSeconds = 0;
  const mistakes: string[] = [];
  const note = (stats: Stats) => {
    newestSeconds = Math.max(newestSeconds, Math.floor(stats.mtimeMs / 1_000));
  };
  for (const content of contents) {
    for (const step of entriesOf(root, content, options, note)) {
      const mistake = typeof step === 'string' ? step : placed.add(step, content);
      if (mistake !== null) mistakes.push(`${content.place}${mistake}`);
    }
  }
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
  return { entries: placed.entries(), newestSeconds, placeOf: (path) => placed.placeOf(path) };
}

/** What stands at each path, and which content put it there. */
class Placed {
  readonly #at = new Map<HostPath, { entry: Entry; by: Content }>();

  /** What is wrong, or null. A `dir` of its own goes before the directory that a tree brings. */
  add(entry: Entry, by: Content): string | null {
    const there = this.#at.get(entry.path);
    const bothDirectories = entry.kind === 'directory' && there?.entry.kind === 'directory';
    if (there !== undefined && !(bothDirectories && (by.type === 'tree' || there.by.type === 'tree'))) {
      return `.dst: ${entry.path} is in the package already, from ${there.by.place}; keep one of the two`;
    }
    if (there === undefined || by.type === 'dir') this.#at.set(entry.path, { entry, by });
    return null;
  }

  placeOf(path: HostPath): string {
    return this.#at.get(path)?.by.place ?? '';
  }

  entries(): Entry[] {
    return [...this.#at.values()].map(({ entry }) => entry);
  }
}

/** The entries that one content makes, or what is wrong with it. */
function* entriesOf(
  root: string,
  content: Content,
  options: ContentsOptions,
  note: (stats: Stats) => void,
): Generator<Entry | string> {
  const { src, type } = content;
  const dst = cleanPath(`/${content.dst}`);
  const attributes = attributesOf(content);
  if (type === 'dir') {
    if (dst === '/') return;
    yield { ...attributes, kind: 'directory', path: dst, mode: content.mode ?? 0o755 };
  } else if (src === null) {
    yield `.src is missing; a ${type} needs one`;
  } else if (type === 'symlink') {
    yield { ...attributes, kind: 'symlink', path: dst, target: cleanPath(src) };
  } else if (type === 'tree') {
    yield* treeEntries(root, src, dst, content, options, note);
  } else {
    const sources = findSources(root, src, options.disableGlobbing);
    if (typeof sources === 'string') {
      yield `.src is ${JSON.stringify(src)}; ${sources}`;
      return;
    }
    for (const { path, below } of sources) {
      // A slash at the end says: into that directory, whatever directories it comes from.
      const at = posix.join(dst, content.dst.endsWith('/') ? posix.basename(path) : below);
      yield fileEntry(onDisk(root, path), at, content, options, note);
    }
  }
}

function* treeEntries(
  root: string,
  src: string,
  dst: HostPath,
  content: Content,
  { umask }: ContentsOptions,
  note: (stats: Stats) => void,
): Generator<Entry | string> {
  const folder = onDisk(root, cleanPath(src));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    yield `.src is ${JSON.stringify(src)}; there is no such directory in ${root}`;
    return;
  }
  const directory = (path: HostPath, disk: string): DirectoryEntry => ({
    ...attributesOf(content),
    kind: 'directory',
    path,
    mode: content.mode === null ? permissions(statSync(disk), umask) : enterable(content.mode),
  });
  if (dst !== '/') yield directory(dst, folder);
  for (const { path, isDirectory } of directoryTree(folder, '', () => true)) {
    const disk = posix.join(folder, path);
    const at = posix.join(dst, path);
    yield isDirectory ? directory(at, disk) : fileEntry(disk, at, content, { umask }, note);
  }
}

/** A file, or a symlink as it is. */
function fileEntry(
  disk: string,
  path: HostPath,
  content: Content,
  { umask }: Pick<ContentsOptions, 'umask'>,
  note: (stats: Stats) => void,
): Entry | string {
  const stats = reading(disk, () => lstatSync(disk));
  const attributes = attributesOf(content);
  if (stats.isSymbolicLink()) return { ...attributes, kind: 'symlink', path, target: readlinkSync(disk) };
  if (!stats.isFile()) {
    return `.src: ${disk} is a ${stats.isFIFO() ? 'FIFO' : stats.isSocket() ? 'socket' : 'device'}, which can’t go into a package; remove it`;
  }
  note(stats);
  const file: FileEntry = {
    ...attributes,
    kind: 'file',
    path,
    mode: content.mode ?? permissions(stats, umask),
    content: { disk: resolve(disk), size: stats.size, seen: stampOf(stats) },
  };
  return content.type.startsWith('config') ? { ...file, conffile: true } : file;
}

/** A mode that is given for a tree's files, for its directories: who may read one may enter it. */
function enterable(mode: number): number {
  return mode | ((mode & 0o444) >> 2);
}

function permissions(stats: Stats, umask: number): number {
  return stats.mode & 0o7777 & ~umask;
}

function attributesOf({ owner, group, mtimeSeconds }: Content): Attributes {
  return {
    ...(owner === null ? {} : { owner }),
    ...(group === null ? {} : { group }),
    ...(mtimeSeconds === null ? {} : { mtimeSeconds }),
  };
}
