import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Histogram, percentilesOf } from '../../../src/load/histogram.ts';

it('knows percentiles within one percent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 600_000, noNaN: true }), { maxLength: 400 }),
      (values) => {
        const histogram = new Histogram();
        for (const value of values) histogram.add(value);
        const exact = percentilesOf(values);
        for (const [name, value] of Object.entries(histogram.percentiles())) {
          const right = exact[name as keyof typeof exact];
          expect(Math.abs(value - right)).toBeLessThanOrEqual(right * 0.01 + 0.001);
        }
      },
    ),
  );
});
