/** Values of DEBIAN/control, as Policy 5.1 and 5.6.13 have them. */
import { BadInput } from '../../bad-input.ts';
import { holdsControl, refuseUnwritable, shown } from './quoted.ts';

/**
 * The value of a simple field, exactly. Throws BadInput for what a parser would not give back: an empty value, line
 * ends and other control characters, white space at either end.
 */
export function controlValue(value: string): string {
  refuseUnwritable(value);
  if (value.trim() === '') throw new BadInput('a control field must not be empty');
  if (holdsControl(value)) {
    throw new BadInput(
      `a control field cannot hold ${shown(value)}: it must be one line without control characters`,
    );
  }
  if (value !== value.trim()) {
    throw new BadInput(`a control field cannot hold ${shown(value)}: remove the white space around it`);
  }
  return value;
}

/**
 * The Description field: the synopsis, then the extended description one space in, ` .` for an empty line
 * (Policy 5.6.13). Tabs become spaces; a line that begins with a full stop goes two spaces in, as ` .x` is reserved.
 */
export function controlDescription(synopsis: string, extended: string): string {
  return [controlValue(synopsis), ...continuationLines(extended)].join('\n');
}

/** The lines of a multi-line value, each as it stands under its field. Empty lines at either end are left out. */
export function continuationLines(text: string): string[] {
  refuseUnwritable(text);
  const lines = text.split(/\r?\n/).map((line) => line.replaceAll('\t', '    ').trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    if (holdsControl(line)) {
      throw new BadInput(`the line ${shown(line)} holds a control character; remove it`);
    }
    if (line === '') return ' .';
    return line.startsWith('.') ? `  ${line}` : ` ${line}`;
  });
}
