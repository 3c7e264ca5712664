import type { HostPath } from '../package/package.ts';
import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** Whether md5sums (deb-md5sums(5)), by which `dpkg --verify` finds damage, is there and true. */
export function checksumFindings({ deb, files }: LintedPackage): LintFinding[] {
  const listed = deb.controlFiles.get('md5sums');
  const source = 'deb-md5sums(5)';
  if (listed === undefined) {
    if (![...files.values()].some(({ kind }) => kind === 'file')) return [];
    return [
      {
        level: 'warning',
        rule: 'no-md5sums-control-file',
        where: [],
        says: 'there are no md5sums: nobody can find damaged files',
        source,
        mend: 'let the packager write them: every one can',
      },
    ];
  }
  const digestOf = (path: HostPath) => {
    const entry = files.get(path);
    return deb.digests.get(entry?.kind === 'hardlink' ? (entry.target ?? '') : path);
  };
  const wrong: string[] = [];
  const missing: string[] = [];
  for (const line of listed.split('\n')) {
    if (line === '') continue;
    const [, md5 = '', name = line] = /^([0-9a-f]{32})\s[\s*](.*)$/.exec(line) ?? [];
    const path = `/${name.replace(/^(?:\.?\/)+/, '')}`;
    const digest = digestOf(path);
    if (digest === undefined) missing.push(path);
    else if (digest !== md5) wrong.push(path);
  }
  return [
    ...findingAbout(wrong, {
      level: 'error',
      rule: 'md5sum-mismatch',
      says: 'files whose content is not what md5sums says: the package was changed after it was built, or built wrongly',
      source,
      mend: 'build it again, and ask where this one comes from',
    }),
    ...findingAbout(missing, {
      level: 'error',
      rule: 'md5sums-lists-nonexistent-file',
      says: 'lines of md5sums that no file belongs to',
      source,
      mend: 'build the package again',
    }),
  ];
}
