import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShellWords } from '../../../src/config/shell-words.ts';

/** The words as a real sh sees them, in an empty directory, so that nothing expands by chance. */
function wordsOfSh(command: string): string[] | null {
  const { status, stdout } = spawnSync('sh', ['-c', `printf '%s\\0' x ${command}`], {
    cwd: '/proc/self/fdinfo',
    encoding: 'utf8',
  });
  return status === 0 ? stdout.split('\0').slice(1, -1) : null;
}

test('words are those that sh makes, wherever no shell is needed', () => {
  const text = fc.string({ unit: fc.constantFrom(...`ab  '"\\=-/.%!#~\tä`), maxLength: 12 });
  fc.assert(
    fc.property(text, (command) => {
      const split = splitShellWords(command);
      fc.pre('words' in split);
      if (!('words' in split)) return;
      const words = [...split.assignments.map(([name, value]) => `${name}=${value}`), ...split.words];
      expect(words).toEqual(wordsOfSh(command));
    }),
    { numRuns: 200 },
  );
});

test.each(['$', '`', '|', '>', '<', ';', '&', '*', '?', '(', '#', '~', '[', '\n'])(
  '%j needs a shell',
  (character) => {
    expect(splitShellWords(`a ${character}`)).toEqual({ character });
    expect(splitShellWords(`a '${character}'`)).toMatchObject({ words: ['a', character] });
  },
);

test('expansions in double quotes need a shell', () => {
  expect(splitShellWords('a "$b"')).toEqual({ character: '$' });
  expect(splitShellWords('a "\\$b"')).toMatchObject({ words: ['a', '$b'] });
});

test('variables before the command are told apart, a quoted name is a word', () => {
  expect(splitShellWords('A=1 B="2 3" c D=4')).toEqual({
    assignments: [
      ['A', '1'],
      ['B', '2 3'],
    ],
    words: ['c', 'D=4'],
  });
  expect(splitShellWords('"A"=1 c')).toEqual({ assignments: [], words: ['A=1', 'c'] });
});

test.each(["a 'b", 'a "b', 'a\\'])('%j has no end', (command) => {
  expect(splitShellWords(command)).toHaveProperty('quote');
});
