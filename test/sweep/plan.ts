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
  // vitest.config.ts says the sample's seed, one for all its files.
  const { SWEEP_SEED, SAMPLE_SEED, SWEEP_DEBIAN, SWEEP_HANDOFF, SWEEP_COUNT } = env;
  const whole = SWEEP_SEED !== undefined;
  const seed = Number(SWEEP_SEED ?? SAMPLE_SEED);
  const asked = sweptHandoffs.filter(({ handoff }) => !SWEEP_HANDOFF || handoff === SWEEP_HANDOFF);
  if (asked.length === 0) {
    const names = sweptHandoffs.map((row) => row.handoff).join(', ');
    throw new Error(`no handoff '${SWEEP_HANDOFF}' for ${sweep}: there is ${names}`);
  }
  if (!whole) console.log(`${sweep}: a sample; SAMPLE_SEED=${seed} repeats it`);
  return {
    seed,
    debian: (SWEEP_DEBIAN ? Number(SWEEP_DEBIAN) : 12) as DebianRelease,
    handoffs: whole || sweep === 'soak' ? asked : [ofSample(sweep, seed)],
    count: (sample) => (SWEEP_COUNT ? Number(SWEEP_COUNT) : sample),
  };
}

function ofSample(sweep: Sweep, seed: number): SweptHandoff {
  return nth(nth(orders(sweptHandoffs), seed), sweeps.indexOf(sweep));
}

/** All orders of these. */
function orders<T>(of: readonly T[]): (readonly T[])[] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) => orders(of.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}

/** Begins again at the end. */
function nth<T>(of: readonly T[], index: number): T {
  return of[index % of.length] as T;
}
