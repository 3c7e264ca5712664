import { type FileFacts, facts } from '../deb/file-facts.ts';
import type { ReadDeb } from '../deb/read-deb.ts';
import type { TarEntry } from '../deb/tar-entries.ts';
import type { HostPath } from '../package/package.ts';

export type Aspect = 'kind' | 'content' | 'size' | 'mode' | 'owner' | 'group' | 'target';

export interface FileChange {
  path: HostPath;
  /** What differs, the file's own facts before and after. */
  aspects: readonly Aspect[];
  old: FileFacts;
  new: FileFacts;
}

export interface FileChanges {
  added: readonly FileFacts[];
  removed: readonly FileFacts[];
  changed: readonly FileChange[];
}

/** By path. A path that an archive has twice counts as its last entry says, which is what dpkg leaves there. */
export function fileChanges(old: ReadDeb, next: ReadDeb): FileChanges {
  const before = filesByPath(old);
  const after = filesByPath(next);
  const changed: FileChange[] = [];
  const removed: FileFacts[] = [];
  for (const [path, entry] of before) {
    const one = facts(entry, old);
    const successor = after.get(path);
    if (successor === undefined) {
      removed.push(one);
      continue;
    }
    const other = facts(successor, next);
    const aspects = differing(one, other);
    if (aspects.length > 0) changed.push({ path, aspects, old: one, new: other });
  }
  const added = [...after].flatMap(([path, entry]) => (before.has(path) ? [] : [facts(entry, next)]));
  return { added: added.sort(byPath), removed: removed.sort(byPath), changed: changed.sort(byPath) };
}

/** Not the root: some packagers write an entry for it, and dpkg leaves it as it is. */
function filesByPath({ entries }: ReadDeb): Map<HostPath, TarEntry> {
  const files = new Map(entries.map((entry) => [entry.path, entry]));
  files.delete('/');
  return files;
}

function differing(one: FileFacts, other: FileFacts): Aspect[] {
  if (one.kind !== other.kind) return ['kind'];
  const aspects: Aspect[] = [];
  if (one.sha256 !== other.sha256) aspects.push('content');
  if (one.size !== other.size) aspects.push('size');
  // Packagers write what they like there, and Linux has no use for it.
  if (one.mode !== other.mode && one.kind !== 'symlink') aspects.push('mode');
  if (one.owner !== other.owner) aspects.push('owner');
  if (one.group !== other.group) aspects.push('group');
  if (one.target !== other.target) aspects.push('target');
  return aspects;
}

function byPath(a: { path: HostPath }, b: { path: HostPath }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
