import { randomInt } from 'node:crypto';
import type { DebianRelease } from '../../src/host/test-host.ts';
import { type SweptHandoff, sweptHandoffs } from './handoffs.ts';

/** What a sweep is to do: told by `npm run sweep` and `npm run soak` (see start.mjs), else a sample for CI. */
export interface Plan {
  /** The same seed gives the same moments. */
  seed: number;
  debian: DebianRelease;
  handoffs: readonly SweptHandoff[];
  /** How many moments (upgrades, for the soak) of each handoff: `sample` unless told. */
  count(sample: number): number;
}

/** In a sample one handoff stands for all, a different one with each seed; `every`: where all are needed.
 * `fits` leaves out what a sweep says nothing about. */
export function plan(
  handoffs: 'one' | 'every' = 'one',
  fits: (swept: SweptHandoff) => boolean = () => true,
  env: NodeJS.ProcessEnv = process.env,
): Plan {
  const { SWEEP_SEED, SWEEP_DEBIAN, SWEEP_HANDOFF, SWEEP_COUNT } = env;
  const whole = SWEEP_SEED !== undefined;
  const seed = whole ? Number(SWEEP_SEED) : randomInt(1_000_000);
  const all = sweptHandoffs.filter(
    (swept) => fits(swept) && (!SWEEP_HANDOFF || swept.handoff === SWEEP_HANDOFF),
  );
  if (all.length === 0) {
    throw new Error(
      `no handoff '${SWEEP_HANDOFF}' for this sweep: there is ${sweptHandoffs
        .filter(fits)
        .map((row) => row.handoff)
        .join(', ')}`,
    );
  }
  return {
    seed,
    debian: (SWEEP_DEBIAN ? Number(SWEEP_DEBIAN) : 12) as DebianRelease,
    handoffs: whole || handoffs === 'every' ? all : all.slice(seed % all.length).slice(0, 1),
    count: (sample) => (SWEEP_COUNT ? Number(SWEEP_COUNT) : sample),
  };
}
