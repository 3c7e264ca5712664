import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Told {
  /** By command: `read`, `refused: …` or `fell: …`. */
  outcomes: Readonly<Record<string, string>>;
  /** What of the output no terminal should get; null: nothing. */
  treacherous: string | null;
  /** For all commands. */
  ms: number;
  /** What the process took at most so far. */
  megabytes: number;
}

const dist = fileURLToPath(new URL('../../../dist', import.meta.url));
const reader = fileURLToPath(new URL('reader.mjs', import.meta.url));

/** A process that reads packages, with so little memory that a leak or a bomb ends it. */
export class PackageReader {
  #child: ChildProcess | null = null;

  /** By all commands, or `only` one. Rejects where it does not answer in `limitMs`, or dies. */
  async read(path: string, other: string, limitMs: number, only?: string): Promise<Told> {
    const child = await this.#started();
    const over = new AbortController();
    const signal = AbortSignal.any([AbortSignal.timeout(limitMs), over.signal]);
    child.send({ path, other, only });
    const died = once(child, 'exit', { signal }).then(([code, endedBy]) => {
      throw new Error(`the reader died of ${path}: ${endedBy ?? `exit ${code}`}`);
    });
    const told = once(child, 'message', { signal }) as Promise<[Told]>;
    died.catch(() => {});
    told.catch(() => {});
    try {
      return (await Promise.race([told, died]))[0] as Told;
    } catch (error) {
      // It may still be at it: the next package gets another.
      this.stop();
      throw error;
    } finally {
      over.abort();
    }
  }

  async #started(): Promise<ChildProcess> {
    if (this.#child !== null) return this.#child;
    this.#child = fork(reader, [dist], { execArgv: ['--max-old-space-size=512'] });
    await once(this.#child, 'message');
    return this.#child;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}
