import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { BadInput } from '../bad-input.ts';
import type { ByteSink } from './byte-sink.ts';

/** A program from standard input to standard output; Debian's package of the same purpose has it. */
export interface Filter {
  command: string;
  args: readonly string[];
  debianPackage: string;
  /** What it is needed for, as `compresses with gzip`. */
  task: string;
}

/** Variables that change what compressors do, and so the bytes of a package (xz(1), zstd(1)). */
const steering = ['XZ_DEFAULTS', 'XZ_OPT', 'ZSTD_CLEVEL', 'ZSTD_NBTHREADS'] as const;

/** The environment that filters run in. */
export function filterEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of steering) delete env[name];
  return env;
}

/** Writes to a file through a program, which writes the file itself. */
export class ProcessSink implements ByteSink {
  readonly #child: ChildProcessByStdio<Writable, null, Readable>;
  readonly #exited: Promise<void>;

  constructor(filter: Filter, output: FileHandle) {
    this.#child = spawn(filter.command, filter.args, {
      stdio: ['pipe', output.fd, 'pipe'],
      // Out of the terminal's process group: Ctrl-C is the writer's to answer.
      detached: true,
      env: filterEnvironment(),
    }) as unknown as ChildProcessByStdio<Writable, null, Readable>;
    this.#exited = exitOf(this.#child, filter);
    this.#exited.catch(() => {});
    // Told by write and end, with the program's own words.
    this.#child.stdin.on('error', () => {});
  }

  write(block: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin.write(block, (error) => {
        if (error) this.#exited.then(() => reject(error), reject);
        else resolve();
      });
    });
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
  }

  async abort(): Promise<void> {
    this.#child.kill('SIGKILL');
    this.#child.stdin.destroy();
    await this.#exited.catch(() => {});
  }
}

/** Resolves when the program has ended well. Rejects with its own words, or with what to install where it is missing. */
export function exitOf(
  child: ChildProcessByStdio<Writable | null, Readable | null, Readable>,
  filter: Filter,
) {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 4096) said += text;
  });
  return new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missing(filter) : error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${filter.command} failed (${signal ?? `exit ${code}`}): ${said.trim()}`));
    });
  });
}

function missing({ command, debianPackage, task }: Filter): BadInput {
  return new BadInput(`the program ${command} is not installed, which ${task}: apt install ${debianPackage}`);
}
