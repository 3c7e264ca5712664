import { BadInput } from '../bad-input.ts';
import type { DirectoryEntry, Entry, HostPath } from '../package/package.ts';
import { checkHostPath } from './host-path.ts';

/**
 * The entries in the order in which they are archived, missing parents added (0755): directories and files by path,
 * then hard links, which need their target before them, then symlinks, as dpkg-deb orders them, so that none
 * dangles while dpkg unpacks.
 *
 * Throws BadInput for a path given twice, a path under something that is no directory, a hard link to anything but
 * one of the files, and a path that dpkg cannot unpack.
 */
export function inArchiveOrder(entries: readonly Entry[]): Entry[] {
  const byPath = new Map<HostPath, Entry>();
  for (const entry of entries) {
    checkHostPath(entry.path, entry.kind === 'directory' ? 'directory' : 'other');
    if (byPath.has(entry.path)) throw new BadInput(`the package holds ${entry.path} twice`);
    byPath.set(entry.path, entry);
  }
  for (const entry of entries) {
    addParents(entry, byPath);
    if (entry.kind === 'hardlink') checkHardLink(entry.path, byPath.get(entry.target), entry.target);
    if (entry.kind === 'symlink') checkSymlink(entry.path, entry.target);
  }
  return [...byPath.values()].sort(
    (a, b) => turn(a) - turn(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

function turn(entry: Entry): number {
  if (entry.kind === 'symlink') return 2;
  return entry.kind === 'hardlink' ? 1 : 0;
}

function addParents(entry: Entry, byPath: Map<HostPath, Entry>): void {
  let path = entry.path;
  for (;;) {
    path = path.slice(0, path.lastIndexOf('/'));
    if (path === '') return;
    const parent = byPath.get(path);
    if (parent === undefined) {
      byPath.set(path, { kind: 'directory', path, mode: 0o755 } satisfies DirectoryEntry);
    } else if (parent.kind !== 'directory') {
      throw new BadInput(`the package holds ${entry.path}, and ${path} as a ${parent.kind}`);
    } else {
      return;
    }
  }
}

function checkHardLink(path: HostPath, file: Entry | undefined, target: string): void {
  if (file?.kind === 'file') return;
  throw new BadInput(`the hard link ${path} leads to ${target}, which is not a file of the package`);
}

function checkSymlink(path: HostPath, target: string): void {
  if (target === '' || target.includes('\0') || Buffer.byteLength(target) > 4095) {
    throw new BadInput(
      `the symlink ${path} has a target of ${Buffer.byteLength(target)} bytes: 1 to 4095 work`,
    );
  }
}
