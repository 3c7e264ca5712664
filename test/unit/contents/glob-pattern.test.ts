/** What github.com/gobwas/glob (Debian's golang-github-gobwas-glob-dev 0.2.3) says of the same, with "/" as separator. */
import { expect, test } from 'vitest';
import { parseGlobPattern, staticPrefix } from '../../../src/contents/glob-pattern.ts';

const matches: [pattern: string, path: string][] = [
  ['a', 'a'],
  ['*', 'abc'],
  ['*', '.hidden'],
  ['*.txt', 'a.b.txt'],
  ['a/*/c', 'a/b/c'],
  ['**', 'a/b/c'],
  ['a/**', 'a/b/c'],
  ['a**c', 'a/b/c'],
  ['a/**/c', 'a/b/x/c'],
  ['?', 'a'],
  ['[ab]', 'b'],
  ['[!ab]', 'c'],
  ['[a-c]', 'b'],
  ['{a,b}.txt', 'b.txt'],
  ['{a,[bc]}', 'c'],
  ['{a,*/b}', 'x/b'],
  ['\\{a\\}', '{a}'],
  ['\\*', '*'],
  ['a,b}', 'a,b}'],
  ['a-b.c', 'a-b.c'],
  ['[a.+]', '+'],
];
const others: [pattern: string, path: string][] = [
  ['a', 'b'],
  ['*', 'a/b'],
  ['a/*', 'a/b/c'],
  ['a/**/c', 'a/c'],
  ['?', '/'],
  ['?', 'ab'],
  ['[!a]', 'a'],
  ['[a-c]', 'd'],
  ['{a,b}', 'c'],
  ['a.c', 'abc'],
  ['\\*', 'a'],
];

test.each(matches)('%s matches %s', (pattern, path) => {
  expect(parseGlobPattern(pattern)).toMatchObject({ matches: expect.any(Function) });
  const parsed = parseGlobPattern(pattern);
  expect(typeof parsed !== 'string' && parsed.matches(path)).toBe(true);
});

test.each(others)('%s does not match %s', (pattern, path) => {
  const parsed = parseGlobPattern(pattern);
  expect(typeof parsed !== 'string' && parsed.matches(path)).toBe(false);
});

test.each(['[', '[]', '[a', '[c-a]', '[a-cx]', '{a', '{a,{b}'])('%s is no pattern', (pattern) => {
  expect(parseGlobPattern(pattern)).toMatch(/^expected|^its/);
});

test('a pattern begins with a path, up to its first wildcard', () => {
  expect(staticPrefix('a/b/*.txt')).toBe('a/b');
  expect(staticPrefix('/a/\\{b\\}/{c/d,e}/f')).toBe('/a/{b}');
  expect(staticPrefix('*')).toBe('');
  expect(parseGlobPattern('a/\\*')).toMatchObject({ literal: 'a/*' });
  expect(parseGlobPattern('a/*')).toMatchObject({ literal: null });
});
