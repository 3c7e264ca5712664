import { refuseUnwritable } from './quoted.ts';

/** Characters that stand for themselves only by their names in groff_char(7). */
const named: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '’': '\\(cq',
  '‘': '\\(oq',
  '“': '\\(lq',
  '”': '\\(rq',
  '→': '\\(->',
  '…': '...',
};

/**
 * Text of a man page (man(7), groff_char(7)), wherever it stands in a line: what the page shows is exactly `value`, white
 * space apart, and an ellipsis, of which ASCII terminals know nothing. ASCII only, so that no encoding has to be told. Throws BadInput for NUL, and for text that is not Unicode.
 */
export function manualText(value: string): string {
  refuseUnwritable(value);
  return value
    .replaceAll(/\s+/g, ' ')
    .replace(/[\\\-'`^~’‘“”→…]/g, (character) => named[character] as string)
    .replace(/[^\x20-\x7e]/gu, (character) => {
      const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
      return `\\[u${code}]`;
    })
    .replace(/^\./, '\\&.');
}
