import { lstatSync, type Stats } from 'node:fs';
import type { FileStamp } from '../package/package.ts';
import { stampOf } from './file-stamp.ts';

/** What the disk says of a path, symlinks not followed (inode(7)). */
export interface OnDisk {
  kind: 'file' | 'directory' | 'symlink' | 'FIFO' | 'socket' | 'device';
  /** Permission bits with set-id and sticky. */
  mode: number;
  /** How many names it has. */
  links: number;
  /** In bytes. */
  size: number;
  stamp: FileStamp;
}

/** Null where nothing is there. */
export function onDisk(path: string): OnDisk | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const { mode, nlink, size } = stats;
  return { kind: kindOf(stats), mode: mode & 0o7777, links: nlink, size, stamp: stampOf(stats) };
}

function kindOf(stats: Stats): OnDisk['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'FIFO';
  return stats.isSocket() ? 'socket' : 'device';
}
