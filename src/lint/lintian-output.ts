import type { LintFinding } from './finding.ts';

const levels: Readonly<Record<string, LintFinding['level']>> = { E: 'error', W: 'warning', I: 'info' };

/** What lintian prints, a tag a line (`E: hello: dir-or-file-in-opt [opt/x]`), as findings: one a tag. */
export function lintianFindings(output: string): LintFinding[] {
  const byTag = new Map<string, LintFinding & { where: string[] }>();
  for (const line of output.split('\n')) {
    const [, letter = '', tag = '', rest = ''] = /^([EWI]): [^:]+: (\S+)(?: (.*))?$/.exec(line) ?? [];
    const level = levels[letter];
    if (level === undefined) continue;
    const known = byTag.get(tag);
    const hint = rest.trim();
    if (known !== undefined) {
      if (hint !== '') known.where.push(hint);
      continue;
    }
    byTag.set(tag, {
      level,
      rule: tag,
      where: hint === '' ? [] : [hint],
      says: 'lintian’s word',
      source: 'lintian',
      mend: `see lintian-explain-tags ${tag}`,
    });
  }
  return [...byTag.values()];
}
