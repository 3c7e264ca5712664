import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, longestDuration, parseDuration } from '../../../src/config/duration.ts';

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: longestDuration }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['0s', 0],
  ['24h', longestDuration],
])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  '',
  '30',
  's',
  '-1s',
  '1.5s',
  '30 s',
  ' 30s',
  '30s ',
  '1d',
  '1h30m',
  '25h',
  '1441m',
  '1e3s',
  '٣s',
  '99999999999s',
])('%j is no duration', (text) => expect(parseDuration(text)).toBeNull());
