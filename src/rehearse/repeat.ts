import { setTimeout as sleep } from 'node:timers/promises';

/** Something that goes on beside the rest, until `end`, which waits for the last of it. */
export interface Repetition {
  end(): Promise<void>;
}

/** Does `what` again and again, `pause` ms after it has been done, from now on. */
export function repeat(what: () => Promise<void>, pause: number): Repetition {
  let over = false;
  const running = (async () => {
    while (!over) {
      await what();
      await sleep(pause);
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
