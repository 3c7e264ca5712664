import type { LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What is missing in /usr/share/doc (Policy 12). */
export function documentationFindings({ files, name }: LintedPackage): LintFinding[] {
  const folder = `/usr/share/doc/${name}`;
  // A link to another package's folder brings both (Policy 12.5).
  if (files.get(folder)?.kind === 'symlink') return [];
  const has = (...names: string[]) => names.some((file) => files.has(`${folder}/${file}`));
  return [
    ...(has('copyright')
      ? []
      : [
          {
            level: 'error',
            rule: 'no-copyright-file',
            where: [`${folder}/copyright`],
            says: 'there is no copyright file',
            source: 'Policy 12.5',
            mend: `say in ${folder}/copyright whose it is and under which licence`,
          } as const,
        ]),
    ...(has('changelog.gz', 'changelog.Debian.gz')
      ? []
      : [
          {
            level: 'warning',
            rule: 'no-changelog',
            where: [`${folder}/changelog.gz`],
            says: 'there is no compressed changelog',
            source: 'Policy 4.4, 12.7',
            mend: `say in ${folder}/changelog.gz what changed, newest version first`,
          } as const,
        ]),
  ];
}
