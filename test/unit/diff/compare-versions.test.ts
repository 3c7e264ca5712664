import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions } from '../../../src/package/compare-versions.ts';

const known = [
  ['1.0', '1.0', 0],
  ['1.0', '0:1.0-0', 0],
  ['1.0', '1.00', 0],
  ['1.9', '1.10', -1],
  ['1.0~rc1', '1.0', -1],
  ['1.0~~', '1.0~', -1],
  ['1.0a', '1.0+', -1],
  ['1:0.1', '2.0', 1],
  ['1.0-2', '1.0-1.9', 1],
  ['1.0-1', '1.0', 1],
  ['1.2-3-1', '1.2-2-9', 1],
  ['1.99999999999999999998', '1.99999999999999999999', -1],
] as const;

test.each(known)('%s and %s', (a, b, order) => {
  expect(Math.sign(compareVersions(a, b))).toBe(order);
  expect(Math.sign(compareVersions(b, a))).toBe(order === 0 ? 0 : -order);
});

test('any two versions compare as dpkg compares them', () => {
  const version = fc.stringMatching(/^(?:[01]:)?[0-2][a+.~0-2]{0,4}(?:-[0-2a~+]{1,3})?$/);
  // One shell for all of them.
  const pairs = fc.sample(fc.tuple(version, version), { numRuns: 300, seed: 5 });
  const script = pairs
    .map(([a, b]) =>
      ['lt', 'eq'].map((how) => `dpkg --compare-versions '${a}' ${how} '${b}' && printf ${how}`).join('; '),
    )
    .join('; echo\n');
  const told = execFileSync('sh', ['-c', `${script}; echo`], { encoding: 'utf8' }).split('\n');
  for (const [i, [a, b]] of pairs.entries()) {
    const order = compareVersions(a, b);
    expect(`${a} ${b} ${order < 0 ? 'lt' : order === 0 ? 'eq' : ''}`).toBe(`${a} ${b} ${told[i]}`);
  }
});
