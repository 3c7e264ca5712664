import { interruptible } from '../deb/interruption.ts';
import { jsonPieces } from '../json-pieces.ts';
import { type LintFinding, lintLevels } from '../lint/finding.ts';
import { lintPackage } from '../lint/lint-package.ts';
import { lintedPackage } from '../lint/linted-package.ts';
import { type LintianResult, lintian } from '../lint/lintian.ts';
import { printableLine } from '../printable.ts';
import { print } from './print.ts';

export interface LintOptions {
  lintian?: boolean;
  json?: boolean;
}

/**
 * `mkdeb lint`: what is wrong with a package, anybody's, by lintian where it is present and by mkdeb's own rules. Exit
 * code 0: nothing that is an error or a warning; 1: something is; 2 (BadInput): the package can't be read.
 */
export async function lint(
  path: string,
  { lintian: wanted = true, json = false }: LintOptions,
): Promise<void> {
  const pkg = await lintedPackage(path);
  const own = lintPackage(pkg);
  const theirs: LintianResult = wanted
    ? await interruptible(undefined, (signal) => lintian(path, pkg.deb.members, signal))
    : { without: 'lintian was not asked (--no-lintian)' };
  const findings = together(own, 'findings' in theirs ? theirs.findings : []);
  const without = 'without' in theirs ? theirs.without : null;
  const counts = { errors: count(findings, 'error'), warnings: count(findings, 'warning') };
  const isClean = counts.errors + counts.warnings === 0;
  if (json) {
    print(jsonPieces({ path, clean: isClean, ...counts, lintian: without ?? 'asked', findings }));
    print(['\n']);
  } else {
    print(asText(findings));
    print([
      without === null ? '' : `note: ${printableLine(without)}; these are mkdeb’s own rules\n`,
      `${printableLine(path)}: ${sum(counts)}\n`,
    ]);
  }
  if (!isClean) process.exitCode = 1;
}

/** Where both have found the same, it is told once, in mkdeb's words; the worst first. */
function together(own: readonly LintFinding[], theirs: readonly LintFinding[]): LintFinding[] {
  const told = new Set(own.map(({ rule }) => rule));
  const all = [...own, ...theirs.filter(({ rule }) => !told.has(rule))];
  return all.sort((a, b) => lintLevels.indexOf(a.level) - lintLevels.indexOf(b.level));
}

function count(findings: readonly LintFinding[], level: LintFinding['level']): number {
  return findings.filter((finding) => finding.level === level).length;
}

function sum({ errors, warnings }: { errors: number; warnings: number }): string {
  if (errors + warnings === 0) return 'nothing is wrong';
  const told = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  return `${told(errors, 'error')}, ${told(warnings, 'warning')}`;
}

/** As many as a reader looks at. */
const shownPlaces = 3;

function* asText(findings: readonly LintFinding[]): Generator<string> {
  for (const { level, rule, where, says, source, mend } of findings) {
    const shown = where.slice(0, shownPlaces).join(', ');
    const more = where.length > shownPlaces ? ` and ${where.length - shownPlaces} more` : '';
    yield `${printableLine(`${level.padEnd(8)} ${rule}${shown === '' ? '' : `: ${shown}${more}`}`)}\n`;
    yield `${' '.repeat(9)}${printableLine(`${says} (${source})`)}\n`;
    yield `${' '.repeat(9)}-> ${printableLine(mend)}\n`;
  }
}
