import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { unreadable } from '../unreadable.ts';
import { notUtf8 } from './git-files.ts';

export interface Found {
  /** Relative to the root that was walked. */
  path: string;
  isDirectory: boolean;
}

/**
 * Everything below `start`, a directory relative to `root`, itself left out; `enters` decides about each path, and a
 * directory that it refuses is not looked into. Symlinks are not followed. Throws BadInput for a name that is not UTF-8.
 */
export function* directoryTree(
  root: string,
  start: string,
  enters: (found: Found) => boolean,
): Generator<Found> {
  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readFolder(join(root, folder))) {
      const found = {
        path: folder === '' ? entry.name : `${folder}/${entry.name}`,
        isDirectory: entry.isDirectory(),
      };
      if (!enters(found)) continue;
      yield found;
      if (found.isDirectory) folders.push(found.path);
    }
  }
}

/** Throws BadInput, told once, for one that cannot be read. */
function readFolder(path: string): Dirent[] {
  try {
    return readDirectory(path);
  } catch (error) {
    throw error instanceof BadInput ? error : unreadable(path, error);
  }
}

function readDirectory(path: string): Dirent[] {
  const entries = readdirSync(path, { withFileTypes: true });
  // Bytes that are not UTF-8 come back as U+FFFD, which a name may also hold truly.
  if (entries.some(({ name }) => name.includes('\uFFFD'))) {
    for (const bytes of readdirSync(path, { encoding: 'buffer' })) {
      if (!isUtf8(bytes)) throw new BadInput(notUtf8(path, bytes));
    }
  }
  return entries;
}
