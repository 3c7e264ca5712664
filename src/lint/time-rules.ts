import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** Before it no Debian was; apt and tar trip over such times now and then. */
const ancient = Date.UTC(1975, 0, 1);
const anHour = 3_600_000;

/** Times that say when the package was built, so that no two builds give the same bytes, or that no file can have. */
export function timeFindings({ deb, files }: LintedPackage): LintFinding[] {
  const entries = [...files.values()].filter(({ path }) => path !== '/');
  const newest = entries.reduce((time, { mtime }) => Math.max(time, mtime.getTime()), 0);
  // A packager that holds to SOURCE_DATE_EPOCH sets all that is younger to it: what is left of the last hour is one second.
  const lately = [...entries, ...deb.controlEntries]
    .map(({ mtime }) => mtime.getTime())
    .filter((time) => time > newest - anHour);
  const seconds = new Set(lately).size;
  return [
    ...(seconds < 2
      ? []
      : [
          {
            level: 'warning',
            rule: 'times-of-the-build',
            where: [],
            says: `its files’ times are ${seconds} different seconds of the last hour before ${new Date(newest).toISOString()}: another build gives other bytes`,
            source: 'https://reproducible-builds.org/docs/source-date-epoch/',
            mend: 'build with SOURCE_DATE_EPOCH set to the time of the last change; mkdeb build sets all times to it',
          } as const,
        ]),
    ...findingAbout(
      entries.filter(({ mtime }) => mtime.getTime() < ancient).map(({ path }) => path),
      {
        level: 'warning',
        rule: 'package-contains-ancient-file',
        says: 'files from before 1975',
        source: 'lintian',
        mend: 'set SOURCE_DATE_EPOCH to the time of the last change',
      },
    ),
  ];
}
