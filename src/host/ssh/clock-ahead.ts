import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Asked that often; the quickest answer tells most. */
const rounds = 12;
/** In ms. */
const timeout = 20_000;

/** One question for the time: when it was sent and answered by this machine's clock, and the answer. Unix ms. */
export interface Reading {
  sent: number;
  received: number;
  there: number;
}

/**
 * By how many ms the clock there is ahead of the one here: it was read somewhere between question and answer, so the
 * quickest of `readings` is wrong by half of its round trip at most.
 */
export function aheadBy(readings: readonly Reading[]): number {
  const quickest = readings.reduce((best, one) =>
    one.received - one.sent < best.received - best.sent ? one : best,
  );
  return quickest.there - (quickest.sent + quickest.received) / 2;
}

/** Asks the clock of a machine; `there` makes the argv that runs an argv on it. */
export async function clockAhead(there: (argv: readonly string[]) => [string, ...string[]]): Promise<number> {
  // date(1) answers each line that it reads with a line.
  const [command, ...args] = there(['stdbuf', '-oL', 'date', '--file=-', '+%s.%N']);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout });
  try {
    child.stdin.on('error', () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const readings: Reading[] = [];
    while (readings.length < rounds) {
      const sent = Date.now();
      child.stdin.write('now\n');
      const { value } = await lines.next();
      if (!/^\d+\.\d+$/.test(value ?? '')) throw new Error(`${args.at(-1)}: no time was told`);
      readings.push({ sent, received: Date.now(), there: Number(value) * 1000 });
    }
    return aheadBy(readings);
  } finally {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      await once(child, 'close');
  }
}
