import { expect } from 'vitest';
import type { LoadReport } from '../../../src/load/load-report.ts';
import type { LoadSpec, LossKind } from '../../../src/load/load-spec.ts';
import { here, startLoad } from '../../../src/load/start-load.ts';

/** Runs a load on loopback until `seen` says that the server has seen enough, and returns what became of it all. */
export async function runLoad(
  spec: Omit<LoadSpec, 'address'> & { address?: string },
  seen: () => boolean,
): Promise<LoadReport> {
  const load = await startLoad(here, { address: '127.0.0.1', ...spec });
  try {
    await expect.poll(seen, { timeout: 20_000, interval: 20 }).toBe(true);
    const report = await load.stop();
    expect(report.sent).toBe(report.ok + report.lost);
    expect(report.inFlight).toBe(0);
    return report;
  } finally {
    load.kill();
  }
}

/** The kinds of loss that occurred, with their numbers. */
export function lossesOf({ losses }: Pick<LoadReport, 'losses'>): Partial<Record<LossKind, number>> {
  return Object.fromEntries(Object.entries(losses).filter(([, count]) => count > 0));
}
