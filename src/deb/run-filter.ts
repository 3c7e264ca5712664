import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { exitOf, type Filter, filterEnvironment } from './process-sink.ts';

/**
 * Runs a program from one file, from its start, into another. Both are files and not pipes, so that it goes on while
 * this process reads the next files. Rejects with the program's own words, or with the signal's reason once it aborts;
 * then the program has ended.
 */
export async function runFilter(
  filter: Filter,
  input: FileHandle,
  output: FileHandle,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(filter.command, filter.args, {
    stdio: [input.fd, output.fd, 'pipe'],
    // Out of the terminal's process group: Ctrl-C is the writer's to answer.
    detached: true,
    env: filterEnvironment(),
  }) as unknown as ChildProcessByStdio<null, null, Readable>;
  const kill = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    await exitOf(child, filter);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
