import { expect, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import {
  unitEnvironment,
  unitProgram,
  unitValue,
  unitVerbatim,
  unitWord,
} from '../../../src/render/quote/unit.ts';

// That systemd reads these back exactly is shown by test/system/quoting.test.ts on a running systemd.

test('plain words stay readable', () => {
  expect(unitWord('--port=8080')).toBe('--port=8080');
  expect(unitWord('./server.js')).toBe('./server.js');
});

test('everything else is one quoted item', () => {
  expect(unitWord('')).toBe('""');
  expect(unitWord(';')).toBe('";"');
  expect(unitWord('a b')).toBe('"a b"');
  expect(unitWord('$HOME ${HOME} 100%')).toBe('"$$HOME $${HOME} 100%%"');
  expect(unitWord('a"b\\c\n\t\r\u001b')).toBe('"a\\"b\\\\c\\n\\t\\r\\x1b"');
});

test('NUL and noncharacters are refused', () => {
  expect(() => unitWord('\ufffe')).toThrow(BadInput);
  expect(() => unitEnvironment('A', '\u{10ffff}')).toThrow(BadInput);
  expect(() => unitWord('a\0')).toThrow(BadInput);
  expect(() => unitValue('a\0')).toThrow(BadInput);
});

test('a program is an absolute path or a bare name without what systemd gives a meaning to', () => {
  expect(unitProgram('/usr/bin/node')).toBe('/usr/bin/node');
  expect(unitProgram('/srv/my app/50%')).toBe('"/srv/my app/50%%"');
  for (const wrong of ['', '-/bin/true', '@x', '/a"b', "/a'b", '/a\\b', '/a$b', './x', '/a/', ';', '/a\nb']) {
    expect(() => unitProgram(wrong), wrong).toThrow(BadInput);
  }
});

test('a plain setting is one line, its specifiers doubled away', () => {
  expect(unitValue('100% of "it"')).toBe('100%% of "it"');
  for (const wrong of ['a\nExecStart=/bin/sh', 'a\rb', ' a', 'a ', 'a\\']) {
    expect(() => unitValue(wrong), wrong).toThrow(BadInput);
  }
});

test('an assignment keeps dollars, doubles specifiers, and refuses what systemd would drop', () => {
  expect(unitEnvironment('A', 'x $y %i "z"\n')).toBe('"A=x $y %%i \\"z\\"\\n"');
  expect(() => unitEnvironment('A B', 'x')).toThrow(BadInput);
  expect(() => unitEnvironment('1A', 'x')).toThrow(BadInput);
  expect(() => unitEnvironment('A', '\u001b')).toThrow(BadInput);
});

test("a user's own setting is kept as written, on one line", () => {
  expect(unitVerbatim('RuntimeDirectory', '%N')).toBe('RuntimeDirectory=%N');
  expect(() => unitVerbatim('RuntimeDirectory', 'a\n[Install]')).toThrow(BadInput);
  expect(() => unitVerbatim('[Install]', 'a')).toThrow(BadInput);
});
