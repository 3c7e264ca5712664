import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { shellComment, shellWord } from '../../../src/render/quote/shell.ts';
import { nasty } from './nasty.ts';

function throughSh(script: string): string {
  return execFileSync('sh', { input: script, encoding: 'utf8' });
}

test('a word arrives in sh exactly as it was', () => {
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 20 }), (values) => {
      const script = values.map((value) => `printf '%s\\001' ${shellWord(value)}\n`).join('');
      expect(throughSh(script)).toBe(values.map((value) => `${value}\u0001`).join(''));
    }),
    { numRuns: 100 },
  );
});

test('an assignment holds the value exactly', () => {
  fc.assert(
    fc.property(nasty, (value) => {
      expect(throughSh(`a=${shellWord(value)}\nprintf %s "$a"`)).toBe(value);
    }),
    { numRuns: 100 },
  );
});

test('NUL and half a surrogate pair are refused', () => {
  expect(() => shellWord('a\0b')).toThrow(BadInput);
  expect(() => shellWord('a\ud800b')).toThrow(BadInput);
});

test('a comment cannot end its line', () => {
  expect(() => shellComment('fine\nrm -rf /')).toThrow(BadInput);
  expect(shellComment('$(echo no) `no` "no"')).toBe('$(echo no) `no` "no"');
});
