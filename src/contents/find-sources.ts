import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { directoryTree } from '../payload/directory-tree.ts';
import { literalPattern, parseGlobPattern, staticPrefix } from './glob-pattern.ts';

/** A file or a symlink that a `src` names, and where it goes below its `dst`. */
export interface Source {
  /** Relative to the app's directory, or absolute. */
  path: string;
  /** Relative to `dst`; empty: `dst` itself. */
  below: string;
}

/**
 * What `src` names, a path or a pattern relative to `root`, by nfpm's rules: a directory means all files below it; what
 * a pattern matches goes below `dst` from the deepest directory on that all of it has in common. Symlinks are not
 * followed, except for `src` itself. Sorted; a text that says what is wrong where nothing is found.
 */
export function findSources(root: string, src: string, disableGlobbing: boolean): Source[] | string {
  const pattern = disableGlobbing ? literalPattern(src) : parseGlobPattern(src);
  if (typeof pattern === 'string') return pattern;
  return pattern.literal === null ? matching(root, src) : named(root, cleanPath(pattern.literal));
}

/** As Go's path.Clean does: no `.`, no empty part, `..` resolved where it can be, no slash at its end. */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function named(root: string, path: string): Source[] | string {
  const stats = statSync(onDisk(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return `there is no such file in ${root}`;
  if (!stats.isDirectory()) return [{ path, below: '' }];
  const found = filesBelow(root, path);
  return found.length === 0
    ? 'this directory holds no file; for an empty directory write "type: dir"'
    : found.map((file) => ({ path: file, below: posix.relative(path, file) }));
}

function matching(root: string, src: string): Source[] | string {
  const start = staticPrefix(src);
  const rest = parseGlobPattern(src.slice(lengthOfPrefix(src, start)));
  if (typeof rest === 'string') return rest;
  const folder = start === '' ? (src.startsWith('/') ? '/' : '.') : cleanPath(start);
  const nothing = `no file in ${root} matches`;
  if (statSync(onDisk(root, folder), { throwIfNoEntry: false })?.isDirectory() !== true) return nothing;

  const files: string[] = [];
  const whole = (path: string) => rest.matches(path);
  const tree = directoryTree(onDisk(root, folder), '', () => true);
  for (const { path, isDirectory } of tree) {
    // What matches as a directory comes with all that is below it.
    if (!isDirectory && (whole(path) || parentsOf(path).some(whole))) files.push(posix.join(folder, path));
  }
  if (files.length === 0) return nothing;
  const beginning = commonBeginning(files);
  const common = posix.join(beginning.slice(0, beginning.lastIndexOf('/') + 1), '.');
  return files.sort().map((path) => ({ path, below: posix.relative(common, path) }));
}

/** How many characters of `src` its beginning `start` has there, backslashes and the slash after it included. */
function lengthOfPrefix(src: string, start: string): number {
  if (start === '') return src.startsWith('/') ? 1 : 0;
  const count = start.split('/').length;
  return src.split('/').slice(0, count).join('/').length + 1;
}

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function filesBelow(root: string, folder: string): string[] {
  const found: string[] = [];
  for (const { path, isDirectory } of directoryTree(onDisk(root, folder), '', () => true)) {
    if (!isDirectory) found.push(posix.join(folder, path));
  }
  return found.sort();
}

/** By characters, not by parts of a path. */
function commonBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

export function onDisk(root: string, path: string): string {
  return path.startsWith('/') ? path : posix.join(root, path);
}
