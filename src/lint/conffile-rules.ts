import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What is wrong with the configuration files (Policy 10.7). */
export function conffileFindings({ conffiles, files }: LintedPackage): LintFinding[] {
  const listed = new Set(conffiles);
  return [
    ...findingAbout(
      conffiles.filter((path) => !path.startsWith('/')),
      {
        level: 'error',
        rule: 'relative-conffile',
        says: 'conffiles that are listed without their first slash',
        source: 'deb-conffiles(5)',
        mend: 'write them from the root on',
      },
    ),
    ...findingAbout(
      conffiles.filter((path) => path.startsWith('/') && !path.startsWith('/etc/')),
      {
        level: 'error',
        rule: 'non-etc-file-marked-as-conffile',
        says: 'conffiles outside of /etc, where no administrator looks for them',
        source: 'Policy 10.7.2',
        mend: 'ship them in /etc',
      },
    ),
    ...findingAbout(
      conffiles.filter((path) => path.startsWith('/') && !files.has(path)),
      {
        level: 'error',
        rule: 'missing-conffile',
        says: 'conffiles that are listed and not in the package',
        source: 'deb-conffiles(5)',
        mend: 'ship them, or write "remove-on-upgrade" before what was one and has to go',
      },
    ),
    ...findingAbout(
      conffiles.filter((path) => (files.get(path)?.kind ?? 'file') !== 'file'),
      {
        level: 'error',
        rule: 'conffile-is-not-a-file',
        says: 'conffiles that are links, directories or the like',
        source: 'Policy 10.7.3',
        mend: 'list only files of their own',
      },
    ),
    ...findingAbout(
      [...files.values()]
        .filter(({ path, kind }) => kind === 'file' && path.startsWith('/etc/') && !listed.has(path))
        .map(({ path }) => path),
      {
        level: 'error',
        rule: 'file-in-etc-not-marked-as-conffile',
        says: 'files in /etc that are no conffiles: an upgrade overwrites what the administrator has changed',
        source: 'Policy 10.7.3',
        mend: 'list them in conffiles',
      },
    ),
  ];
}
