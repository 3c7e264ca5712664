import { BadInput } from '../../bad-input.ts';
import { holdsControl, refuseUnwritable, shown } from './quoted.ts';

/**
 * One word of a POSIX shell command (XCU 2.2.2, single quotes): the shell sees exactly `value`, whatever it holds.
 * It is a word of its own or the right side of an assignment; never put it into quotes, a comment or a here-document.
 * Throws BadInput for NUL, which no argument can hold, and for text that is not Unicode.
 */
export function shellWord(value: string): string {
  refuseUnwritable(value);
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Text after `# ` in a shell script. Throws BadInput for anything that would end the comment's line. */
export function shellComment(value: string): string {
  refuseUnwritable(value);
  if (holdsControl(value)) {
    throw new BadInput(`${shown(value)} holds a control character; it must be one plain line`);
  }
  return value;
}
