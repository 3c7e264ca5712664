import * as z from 'zod';
import { checkedText, text } from './schema-parts.ts';
import { splitShellWords } from './shell-words.ts';

/** Why a command line given as one text can't be split into words, or null. */
function commandMistake(command: string): string | null {
  const split = splitShellWords(command);
  if ('character' in split) {
    return `${JSON.stringify(split.character)} needs a shell, and none runs; quote it, or write a list: ["/bin/sh", "-c", "…"]`;
  }
  if ('quote' in split) return `${JSON.stringify(split.quote)} has no end`;
  const [assignment] = split.assignments;
  if (assignment !== undefined) return `set ${assignment[0]} in service.environment`;
  return argvMistake(split.words);
}

function argvMistake(words: readonly string[]): string | null {
  const [first = ''] = words;
  if (first.trim() === '') return 'expected a command such as "node server.js"';
  if (words.some((word) => word.includes('\0'))) return 'a command’s words can’t hold a NUL';
  if (first.startsWith('/') || first.startsWith('./') || !first.includes('/')) return null;
  return `a file of the app is written "./${first.replace(/^(\.\.?\/)+/, '')}"`;
}

const expectedCommand = 'expected a command such as "node server.js", or a list of its words';

/** A command: one text, split as a shell would where no shell is needed, or a list of its words. */
export const command = z.union(
  [
    checkedText(expectedCommand, commandMistake),
    z.array(text('expected a text; quote it'), { error: expectedCommand }).superRefine((words, context) => {
      const message = argvMistake(words);
      if (message !== null) context.addIssue({ code: 'custom', message });
    }),
  ],
  { error: expectedCommand },
);
