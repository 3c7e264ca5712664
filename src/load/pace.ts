import type { Clock } from './recorder.ts';

/** Something that is due again and again, at a constant rate, whatever became of the time before. */
interface Beat {
  /** In ms. */
  start: number;
  interval: number;
  count: number;
  next: number;
  due: (time: number) => void;
}

/** Calls what is due, each with the time at which it was due; when late, it calls all that it is late with. */
export class Pace {
  readonly #clock: Clock;
  readonly #beats: Beat[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `rate` a second, the first one after `offset` ms. */
  add(rate: number, offset: number, due: (time: number) => void): void {
    const start = this.#clock.now() + offset;
    this.#beats.push({ start, interval: 1000 / rate, count: 0, next: start, due });
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const beat of this.#beats) {
      while (beat.next <= now) {
        beat.due(beat.next);
        beat.count += 1;
        // From the start each time: a sum of intervals would drift.
        beat.next = beat.start + beat.count * beat.interval;
      }
      next = Math.min(next, beat.next);
    }
    if (next < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.floor(next - this.#clock.now())));
    }
  }
}
