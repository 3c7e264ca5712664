import type * as z from 'zod';
import { type Path, type SourceDocument, valueAt } from './source-document.ts';

/** What zod found wrong with a document: one line for each mistake, with place, key, value and what was expected. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], source: SourceDocument): string[] {
  return issues.flatMap(nearest).flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      const proposals = issue.message.split('\n');
      return issue.keys.map((key, i) => {
        const place = source.place([...path, key], 'key');
        return `${place}: unknown key ${JSON.stringify(dotted([...path, key]))}; ${proposals[i]}`;
      });
    }
    return [mistake(source, path, issue.message)];
  });
}

/** One mistake as a line: `mkdeb.yaml:3:9: service.keep is "many"; expected …`. */
export function mistake(source: SourceDocument, path: Path, message: string): string {
  const value = valueAt(source.value, path);
  const key = dotted(path);
  if (value === undefined) return `${source.place(path, 'key')}: ${key} is missing; ${message}`;
  return `${source.place(path)}: ${key === '' ? 'this' : key} is ${shown(value)}; ${message}`;
}

/**
 * The mistakes that matter of a union's: those of the one branch that has the value's own type, else the union itself.
 */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const without = (...codes: string[]) =>
    issue.errors.filter((branch) => !branch.some((one) => one.path.length === 0 && codes.includes(one.code)));
  // A list is none of an enumeration's words; a text that is none of them may have been meant to be one.
  const deeper = without('invalid_type', 'invalid_value');
  const branches = deeper.length > 0 ? deeper : without('invalid_type');
  const [branch] = branches;
  if (branch === undefined || branches.length > 1) return [issue];
  return branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap(nearest);
}

function dotted(path: Path): string {
  return path.reduce<string>(
    (key, step) => (typeof step === 'number' ? `${key}[${step}]` : key === '' ? step : `${key}.${step}`),
    '',
  );
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)}…"`;
}

/** Lines that start with `file:line:column` in the order of the file, the others after them, none twice. */
export function inFileOrder(lines: readonly string[]): string[] {
  const key = (line: string) => {
    const [, row, column] = /^.*?:(\d+):(\d+): /.exec(line) ?? [];
    return row === undefined ? Number.MAX_SAFE_INTEGER : Number(row) * 100_000 + Number(column);
  };
  return [...new Set(lines)].sort((a, b) => key(a) - key(b));
}
