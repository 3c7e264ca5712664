export interface CommandLine {
  /** From 1 on. */
  line: number;
  command: string;
}

/** What is longer is no script that anybody wrote, in characters: a line, and the whole. */
const longestLine = 500;
const longestScript = 1 << 20;

/**
 * The lines of a shell script that may hold commands: without comments, what is in quotes, and here-documents. No
 * parser: enough to see which programs are called by name.
 */
export function commandLines(script: string): CommandLine[] {
  const lines: CommandLine[] = [];
  let until: string | null = null;
  let quote: string | null = null;
  for (const [index, text] of script.slice(0, longestScript).split('\n').entries()) {
    if (until !== null) {
      if (text.replace(/^\t+/, '') === until) until = null;
      continue;
    }
    const document = /<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/.exec(text);
    const plain = withoutQuoted(text, quote);
    quote = plain.open;
    if (plain.command.trim() !== '')
      lines.push({ line: index + 1, command: plain.command.slice(0, longestLine) });
    if (document !== null && quote === null) until = document[2] as string;
  }
  return lines;
}

/** A line without its comment, quoted parts left as `""`; and the quote that it leaves open. */
function withoutQuoted(text: string, opened: string | null): { command: string; open: string | null } {
  let command = '';
  let open = opened;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (open !== null) {
      if (character === '\\' && open === '"') i++;
      else if (character === open) open = null;
    } else if (character === '\\') {
      command += text.slice(i, i + 2);
      i++;
    } else if (character === '"' || character === "'") {
      open = character;
      command += '""';
    } else if (character === '#' && (i === 0 || /[\s;&|(]/.test(text[i - 1] as string))) {
      break;
    } else {
      command += character;
    }
  }
  return { command, open };
}
