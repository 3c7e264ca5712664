/** Control characters, and what turns the direction of writing: both can make a terminal show what is not there. */
const treacherous = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A package or a host may be anybody's: nothing of it reaches the terminal as a control sequence. Keeps line ends and tabs. */
export function printable(text: string): string {
  return text.replaceAll(treacherous, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** The same on one line, for a name or an error: line ends and tabs are told too. */
export function printableLine(text: string): string {
  return text.replaceAll(treacherous, escaped);
}

/** A value as one line of JSON that is safe to look at: the same characters as `\uNNNN`. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    treacherous,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
