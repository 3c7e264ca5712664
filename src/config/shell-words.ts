export interface ShellWords {
  /** Leading `NAME=value` words, in the order written. */
  assignments: ReadonlyArray<readonly [name: string, value: string]>;
  words: readonly string[];
}

/** `character` would make a shell do something: expand, redirect, chain. */
export interface NeedsShell {
  character: string;
}

export interface Unfinished {
  quote: string;
}

const special = new Set(['$', '`', '|', '>', '<', ';', '&', '*', '?', '(', ')', '{', '[', '#', '~', '\n']);

/**
 * Splits a command line into words as sh(1) does, quotes and backslashes taken away, nothing expanded. A command that
 * needs a shell to mean what it says is told with the first character that does.
 */
export function splitShellWords(text: string): ShellWords | NeedsShell | Unfinished {
  const words: string[] = [];
  /** Quoted words are never assignments. */
  const quoted: boolean[] = [];
  let word: string | null = null;
  let wordIsQuoted = false;
  const end = () => {
    if (word !== null) {
      words.push(word);
      quoted.push(wordIsQuoted);
    }
    word = null;
    wordIsQuoted = false;
  };

  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === ' ' || character === '\t') {
      end();
    } else if (character === "'") {
      const close = text.indexOf("'", i + 1);
      if (close < 0) return { quote: "'" };
      if (word === null) wordIsQuoted = true;
      word = (word ?? '') + text.slice(i + 1, close);
      i = close;
    } else if (character === '"') {
      if (word === null) wordIsQuoted = true;
      let inside = '';
      for (i++; i < text.length && text.charAt(i) !== '"'; i++) {
        if (text.charAt(i) === '$' || text.charAt(i) === '`') return { character: text.charAt(i) };
        if (text.charAt(i) === '\\' && '$`"\\'.includes(text.charAt(i + 1) || ' ')) i++;
        inside += text.charAt(i);
      }
      if (i >= text.length) return { quote: '"' };
      word = (word ?? '') + inside;
    } else if (character === '\\') {
      if (i + 1 >= text.length) return { quote: '\\' };
      if (word === null) wordIsQuoted = true;
      word = (word ?? '') + text.charAt(++i);
    } else if (special.has(character) && !((character === '#' || character === '~') && word !== null)) {
      // A `#` or `~` inside a word is an ordinary character.
      return { character };
    } else {
      word = (word ?? '') + character;
    }
  }
  end();

  const assignments: (readonly [string, string])[] = [];
  for (const [i, text] of words.entries()) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text);
    if (quoted[i] || match === null) break;
    assignments.push([match[1] ?? '', match[2] ?? '']);
  }
  return { assignments, words: words.slice(assignments.length) };
}
