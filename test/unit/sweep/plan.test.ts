import { beforeAll, expect, test, vi } from 'vitest';
import { sweptHandoffs } from '../../sweep/handoffs.ts';
import { moments } from '../../sweep/moments.ts';
import { plan, sweeps } from '../../sweep/plan.ts';

const names = sweptHandoffs.map(({ handoff }) => handoff);

// It says how to repeat a sample.
beforeAll(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));

test('a sample has every handoff in it, whatever its seed', () => {
  for (let seed = 0; seed < 20; seed++) {
    const env = { SAMPLE_SEED: String(seed) };
    const swept = sweeps.flatMap((sweep) => plan(sweep, env).handoffs.map(({ handoff }) => handoff));
    expect(swept).toHaveLength(sweeps.length);
    expect([...new Set(swept)].sort()).toEqual([...names].sort());
    expect(plan('soak', env).handoffs).toHaveLength(names.length);
  }
});

test('a whole sweep takes all handoffs, or the one that is asked for, as often as it is told to', () => {
  const env = { SWEEP_SEED: '7', SWEEP_COUNT: '100' };
  expect(plan('kill', env).handoffs).toEqual(sweptHandoffs);
  expect(plan('kill', { ...env, SWEEP_HANDOFF: 'vip' }).handoffs.map(({ handoff }) => handoff)).toEqual([
    'vip',
  ]);
  expect(() => plan('kill', { ...env, SWEEP_HANDOFF: 'vpi' })).toThrow(
    "no handoff 'vpi' for kill: there is reuseport",
  );
  expect(plan('kill', env).count(4)).toBe(100);
});

test('the same seed gives the same moments, one in each part of the time', () => {
  const some = moments(42, 10, 1000, 2000);
  expect(moments(42, 10, 1000, 2000)).toEqual(some);
  expect(moments(43, 10, 1000, 2000)).not.toEqual(some);
  expect(some.map((moment) => Math.floor((moment - 1000) / 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
