import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BadInput } from '../bad-input.ts';

/** Runs a task with an empty file without a name in the folder: it is gone with the process, however that ends. */
export async function withScratchFile<T>(folder: string, task: (file: FileHandle) => Promise<T>): Promise<T> {
  const path = join(folder, temporaryName('scratch'));
  const file = await create(path);
  try {
    await unlink(path);
    return await task(file);
  } finally {
    await file.close();
  }
}

/**
 * Writes a file that is there whole or not at all: under another name in the same folder, synced, then renamed over
 * what was there. Nothing is left when the task fails or the signal aborts.
 */
export async function writeWholeFile<T>(
  destination: string,
  signal: AbortSignal,
  task: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const path = join(dirname(destination), temporaryName(basename(destination).slice(0, 200)));
  const file = await create(path);
  try {
    let result: T;
    try {
      result = await task(file);
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(path, destination);
    return result;
  } catch (error) {
    await unlink(path);
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new BadInput(`${destination} is a folder: give a file's name`);
    }
    throw error;
  }
}

function temporaryName(of: string): string {
  return `.${of}.${randomBytes(6).toString('hex')}.tmp`;
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx+', 0o644);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const folder = dirname(path);
    if (code === 'ENOENT') throw new BadInput(`the folder ${folder} does not exist: make it first`);
    if (code === 'ENOTDIR') throw new BadInput(`${folder} is not a folder`);
    if (code === 'EACCES' || code === 'EROFS')
      throw new BadInput(`the folder ${folder} cannot be written to`);
    throw error;
  }
}
