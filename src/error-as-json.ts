import { BadInput } from './bad-input.ts';

/** One thing that is wrong with what the user gave. */
export interface Mistake {
  /** Where the mistake is in a file, as in `mkdeb.yaml:3:9`; line and column from 1. */
  file: string | null;
  line: number | null;
  column: number | null;
  says: string;
}

/**
 * Whether a command line asks for JSON on standard output: also one that commander can make nothing of, so it is looked
 * at as it is. `rehearse` writes its JSON to a file, which "-" says is standard output.
 */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  if (options.find((word) => !word.startsWith('-')) !== 'rehearse') return options.includes('--json');
  return options.includes('--json=-') || options[options.indexOf('--json') + 1] === '-';
}

/** An error as one line of JSON, for bad input (exit code 2) each mistake of its own; documented in docs/json.md. */
export function errorAsJson(error: unknown, exitCode: number): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, '');
  // What commander adds in a second line is a proposal, not another mistake.
  const mistakes =
    exitCode !== 2
      ? []
      : (error instanceof BadInput ? message.split('\n') : [message.replaceAll('\n', ' ')]).map(mistakeIn);
  return `${JSON.stringify({ error: { exitCode, message, mistakes } })}\n`;
}

/** A mistake's line as `config/mistakes.ts` writes it, or any other. */
function mistakeIn(text: string): Mistake {
  const [, file, line, column, says] = /^(.+?):(\d+):(\d+): (.*)$/.exec(text) ?? [];
  if (file === undefined || says === undefined) return { file: null, line: null, column: null, says: text };
  return { file, line: Number(line), column: Number(column), says };
}
