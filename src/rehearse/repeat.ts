import { setTimeout as sleep } from 'node:timers/promises';

/** Something that goes on beside the rest, until `end`, which waits for the last of it. */
export interface Repetition {
  end(): Promise<void>;
}

/**
 * Does `what` again and again from now on: `pause` ms after it has been done, or as long after as it took, so that it never
 * takes a slow host more than half of the time.
 */
export function repeat(what: () => Promise<void>, pause: number): Repetition {
  let over = false;
  const running = (async () => {
    while (!over) {
      const began = performance.now();
      await what();
      await sleep(Math.max(pause, performance.now() - began));
    }
  })();
  // What fails is told by `end`.
  running.catch(() => {});
  return {
    end: () => {
      over = true;
      return running;
    },
  };
}
