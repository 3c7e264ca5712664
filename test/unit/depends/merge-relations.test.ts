import { expect, test } from 'vitest';
import { mergeRelations } from '../../../src/depends/merge-relations.ts';

test.each<[string[], string[]]>([
  [['libc6 (>= 2.36)', 'libc6 (>= 2.34)'], ['libc6 (>= 2.36)']],
  [
    ['libc6 (>= 2.34)', 'curl', 'libc6 (>= 2.36)'],
    ['libc6 (>= 2.36)', 'curl'],
  ],
  [['libc6', 'libc6 (>= 2.34)'], ['libc6 (>= 2.34)']],
  [['libc6 (>= 2.34)', 'libc6'], ['libc6 (>= 2.34)']],
  [['curl', 'curl'], ['curl']],
  [['a (>= 1.9)', 'a (>= 1.10)'], ['a (>= 1.10)']],
  [['a (>= 1.0)', 'a (>> 1.0)'], ['a (>> 1.0)']],
  [['a (>> 1.0)', 'a (>= 1.1)'], ['a (>= 1.1)']],
  [['a (>= 1.0)', 'a (= 1.2)'], ['a (= 1.2)']],
  [['nodejs|bun', 'nodejs|bun'], ['nodejs|bun']],
])('%j is said as %j', (relations, merged) => {
  expect(mergeRelations(relations)).toEqual(merged);
});

test.each([
  { why: 'both ends count', relations: ['a (>= 1)', 'a (<< 2)'] },
  { why: 'an alternative is another relation', relations: ['nodejs (>= 18)', 'nodejs (>= 20) | bun'] },
  { why: 'what can’t both be is for dpkg to tell', relations: ['a (= 1)', 'a (>= 2)'] },
  { why: 'another architecture is another package', relations: ['a:amd64', 'a:arm64', 'a'] },
])('all stays where $why', ({ relations }) => {
  expect(mergeRelations(relations)).toEqual(relations);
});
