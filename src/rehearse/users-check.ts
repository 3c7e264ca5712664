import { basename } from 'node:path';
import { execa } from 'execa';
import type { Host } from '../host/host.ts';
import { urlOf } from './client.ts';
import type { CheckRecord } from './recording.ts';
import { type Repetition, repeat } from './repeat.ts';

/** Longest times in ms. */
const checkTimeout = 600_000;
const pause = 100;

/** A program of the user's own, run from where clients are, with what it needs to know in its environment. */
export class UsersCheck {
  readonly records: CheckRecord[] = [];
  readonly #program: string | null;
  readonly #host: Host;
  readonly #port: number;
  readonly #doing: (what: string) => void;

  /** `program`: null: there is none. */
  constructor(program: string | null, host: Host, port: number, doing: (what: string) => void) {
    this.#program = program;
    this.#host = host;
    this.#port = port;
    this.#doing = doing;
  }

  async run(stage: CheckRecord['stage']): Promise<void> {
    if (this.#program === null) return;
    this.#doing(`${basename(this.#program)} ${stage} the upgrade`);
    const started = Date.now();
    const address = this.#host.address;
    const [command = '', ...args] = this.#host.fromClient([this.#program, stage]);
    const { exitCode, all } = await execa(command, args, {
      all: true,
      reject: false,
      timeout: checkTimeout,
      env: {
        REHEARSAL_STAGE: stage,
        REHEARSAL_ADDRESS: address,
        REHEARSAL_PORT: String(this.#port),
        REHEARSAL_URL: urlOf(this.#host, this.#port),
      },
    });
    this.records.push({ stage, started, ended: Date.now(), exitCode: exitCode ?? 127, said: all ?? '' });
  }

  /** Again and again while an upgrade goes on. */
  during(): Repetition {
    if (this.#program === null) return { end: async () => {} };
    return repeat(() => this.run('during'), pause);
  }
}
