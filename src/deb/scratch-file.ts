import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BadInput } from '../bad-input.ts';

/** Makes an empty file without a name, open until its task ends unless it is closed before. */
export type NewScratchFile = () => Promise<FileHandle>;

/** Runs a task with as many scratch files in the folder as it asks for: they are gone with the process, however it ends. */
export async function withScratchFiles<T>(
  folder: string,
  task: (create: NewScratchFile) => Promise<T>,
): Promise<T> {
  const files: FileHandle[] = [];
  try {
    return await task(async () => {
      const path = join(folder, temporaryName(scratchName));
      const file = await create(path);
      files.push(file);
      await unlink(path);
      return file;
    });
  } finally {
    // One that is closed already has no descriptor.
    await Promise.all(files.map((file) => (file.fd < 0 ? undefined : file.close())));
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
  const path = join(dirname(destination), temporaryName(basename(destination)));
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

/** In UTF-16 units: of three bytes each they still leave room for the rest of a name. */
const longestPrefix = 75;

/** No build is at work on a file for as long without writing to it. */
const leftoverAgeMs = 600_000;

/**
 * Removes what builds that were killed (SIGKILL, a power cut) left beside `destination`: half of it, under another name.
 * Only what nobody wrote to for ten minutes.
 */
export async function removeLeftovers(destination: string, nowMs: number = Date.now()): Promise<void> {
  const folder = dirname(destination);
  const prefixes = [temporaryPrefix(basename(destination)), temporaryPrefix(scratchName)];
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!prefixes.some((prefix) => name.startsWith(prefix)) || !temporaryEnd.test(name)) continue;
    const path = join(folder, name);
    const modified = (await stat(path).catch(() => null))?.mtimeMs ?? nowMs;
    if (nowMs - modified > leftoverAgeMs) await unlink(path).catch(() => {});
  }
}

const scratchName = 'scratch';
const temporaryEnd = /\.[0-9a-f]{12}\.tmp$/;

/** Of a name that may be as long as a name can be. */
function temporaryPrefix(of: string): string {
  return `.${of.slice(0, longestPrefix)}.`;
}

function temporaryName(of: string): string {
  return `${temporaryPrefix(of)}${randomBytes(6).toString('hex')}.tmp`;
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
