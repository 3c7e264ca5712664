import { refuseUnwritable } from './quoted.ts';

/**
 * One word of a command in fish, exactly as it is: between single quotes, where a backslash stands before a quote or
 * another backslash (fish(1), Quotes). Throws BadInput for NUL, and for text that is not Unicode.
 */
export function fishWord(value: string): string {
  refuseUnwritable(value);
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
