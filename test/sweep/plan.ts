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

/** Those that are swept a handoff at a time. */
export const sweeps = ['kill', 'power-cut', 'instance-kill', 'mishaps'] as const;
type Sweep = (typeof sweeps)[number];

/**
 * In a sample each sweep takes one handoff, another one than the other sweeps do and, with each seed, than before; so
 * that every handoff occurs in it as long as there are no more handoffs than sweeps. The soak takes all of them.
 */
export function plan(sweep: Sweep | 'soak', env: NodeJS.ProcessEnv = process.env): Plan {
  // vitest.config.ts draws the sample's seed, one for all its files.
  const { SWEEP_SEED, SAMPLE_SEED, SWEEP_DEBIAN, SWEEP_HANDOFF, SWEEP_COUNT } = env;
  const whole = SWEEP_SEED !== undefined;
  const seed = Number(SWEEP_SEED ?? SAMPLE_SEED);
  const all = sweptHandoffs.filter(({ handoff }) => !SWEEP_HANDOFF || handoff === SWEEP_HANDOFF);
  if (all.length === 0) {
    throw new Error(
      `no handoff '${SWEEP_HANDOFF}': there is ${sweptHandoffs.map((row) => row.handoff).join(', ')}`,
    );
  }
  if (!whole) console.log(`${sweep}: a sample; SAMPLE_SEED=${seed} repeats it`);
  return {
    seed,
    debian: (SWEEP_DEBIAN ? Number(SWEEP_DEBIAN) : 12) as DebianRelease,
    handoffs: whole || sweep === 'soak' ? all : [ofSample(sweep, seed, all)],
    count: (sample) => (SWEEP_COUNT ? Number(SWEEP_COUNT) : sample),
  };
}

function ofSample(sweep: Sweep, seed: number, all: readonly SweptHandoff[]): SweptHandoff {
  return all[(seed + sweeps.indexOf(sweep)) % all.length] as SweptHandoff;
}
