import { expect, test } from 'vitest';
import { nodejsRelation } from '../../../src/config/node-engine.ts';

test.each([
  ['>=18', 'nodejs (>= 18)'],
  ['>= 18.0.0', 'nodejs (>= 18)'],
  ['>=18.17.1 <21', 'nodejs (>= 18.17.1)'],
  ['^20.11.0', 'nodejs (>= 20.11)'],
  ['~18.3', 'nodejs (>= 18.3)'],
  ['18.x', 'nodejs (>= 18)'],
  ['20', 'nodejs (>= 20)'],
  ['>18', 'nodejs (>= 19)'],
  ['>18.1.2', 'nodejs (>> 18.1.2)'],
  ['^22.1 || ^18.17 || >=24', 'nodejs (>= 18.17)'],
  ['18 - 22', 'nodejs (>= 18)'],
  ['*', 'nodejs'],
  ['', 'nodejs'],
  ['<21', 'nodejs'],
  ['current', null],
])('engines.node %j', (range, relation) => expect(nodejsRelation(range)).toBe(relation));
