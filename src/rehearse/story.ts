import type { Host } from '../host/host.ts';
import { stepEvents } from './journal.ts';
import type { StepEvent } from './recording.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';

/** The story of the upgrades so far, as the host's journal tells it. */
export class Story {
  readonly #host: Host;
  readonly #name: string;
  /** The plain service whose life is told too; empty: none. */
  readonly #unit: string;
  readonly #began: number;
  readonly #ahead: number;
  readonly #step: (event: StepEvent) => void;
  #events: readonly StepEvent[] = [];

  /**
   * From `began` (unix ms) on, by this machine's clock, which the host's is `ahead` ms ahead of; `step` is called with
   * each event that is new.
   */
  constructor(
    host: Host,
    name: string,
    style: RehearsalOptions['style'],
    { began, ahead }: { began: number; ahead: number },
    step: (event: StepEvent) => void,
  ) {
    this.#host = host;
    this.#name = name;
    this.#unit = style === 'restart' ? `${name}.service` : '';
    this.#began = began;
    this.#ahead = ahead;
    this.#step = step;
  }

  get events(): StepEvent[] {
    return [...this.#events];
  }

  /** Reads what has been told since. */
  async read(): Promise<void> {
    const since = `--since=@${Math.floor((this.#began + this.#ahead) / 1000)}`;
    const { stdout } = await this.#host.run(
      [
        ...['journalctl', '--output=json', '--quiet', '--no-pager', since],
        ...[`SYSLOG_IDENTIFIER=${this.#name}-handoff`, '+', '_PID=1', `UNIT=${this.#name}.service`],
      ],
      { check: false },
    );
    const events = stepEvents(stdout, this.#unit, this.#ahead).filter(({ time }) => time >= this.#began);
    for (const event of events.slice(this.#events.length)) this.#step(event);
    this.#events = events;
  }
}
