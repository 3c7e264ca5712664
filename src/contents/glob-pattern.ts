/**
 * Patterns as nfpm.yaml has them: those of github.com/gobwas/glob with "/" as the separator. `*` and `?` stop at a
 * slash, `**` does not, `[abc]`, `[!abc]` and `[a-z]` are one character, `{a,b}` is either, a backslash quotes.
 *
 * Not a library's: in npm's `**` is a path's part, here it is any text, and `a**b` is common in nfpm.yaml.
 */
export interface GlobPattern {
  matches(path: string): boolean;
  /** The pattern as a plain path where there is no wildcard in it, else null. */
  literal: string | null;
}

/** Reads a pattern; a text that says what is wrong where it is none. */
export function parseGlobPattern(pattern: string): GlobPattern | string {
  const characters = [...pattern];
  let source = '';
  let literal: string | null = '';
  let depth = 0;
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') {
      const any = characters[i + 1] === '*';
      if (any) i++;
      source += any ? '[^]*' : '[^/]*';
      literal = null;
    } else if (character === '?') {
      source += '[^/]';
      literal = null;
    } else if (character === '[') {
      const range = readRange(characters, i);
      if (range === null)
        return 'expected "[abc]", "[!abc]" or "[a-z]" where "[" stands; write "\\[" for the character';
      source += range.source;
      i = range.end;
      literal = null;
    } else if (character === '{') {
      depth++;
      source += '(?:';
      literal = null;
    } else if (character === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (character === ',' && depth > 0) {
      source += '|';
    } else {
      // A backslash at the very end quotes nothing.
      const quoted: string = character === '\\' ? (characters[++i] ?? '') : character;
      source += escaped(quoted);
      if (literal !== null) literal += quoted;
    }
  }
  if (depth > 0) return 'its "{" has no "}"; write "\\{" for the character';
  const regex = new RegExp(`^(?:${source})$`, 'u');
  return { matches: (path) => regex.test(path), literal };
}

/** A text as a pattern that matches it alone. */
export function literalPattern(path: string): GlobPattern {
  return { matches: (other) => other === path, literal: path };
}

/** `[…]` from `start` on, and where it ends; null where it is not written as it has to be. */
function readRange(characters: readonly string[], start: number): { source: string; end: number } | null {
  let i = start + 1;
  const not = characters[i] === '!' ? '^' : '';
  if (not !== '') i++;
  if (characters[i + 1] === '-') {
    const [low = '', high = ''] = [characters[i], characters[i + 2]];
    if (high === '' || low > high || characters[i + 3] !== ']') return null;
    return { source: `[${not}${escaped(low)}-${escaped(high)}]`, end: i + 3 };
  }
  let set = '';
  for (; i < characters.length && characters[i] !== ']'; i++) {
    if (characters[i] === '\\') i++;
    set += escaped(characters[i] ?? '');
  }
  return set === '' || i >= characters.length ? null : { source: `[${not}${set}]`, end: i };
}

function escaped(character: string): string {
  // A hyphen has no escape that is good both inside and outside of brackets.
  return character === '-' ? '\\x2d' : character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

/** The path up to the first part with a wildcard: where a search begins. */
export function staticPrefix(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    const parsed = parseGlobPattern(part);
    // A part of `{a/b,c}` is no pattern of its own.
    if (typeof parsed === 'string' || parsed.literal === null) break;
    parts.push(parsed.literal);
  }
  return parts.join('/');
}
