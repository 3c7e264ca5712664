import { renderTemplate } from './template.ts';

/**
 * The changelog of a package, one entry, as Policy 4.4 and deb-changelog(5) have it. The date is `epochSeconds`, in UTC.
 * Throws BadInput for a value that does not fit one line.
 */
export function renderChangelog(entry: {
  name: string;
  version: string;
  maintainer: string;
  epochSeconds: number;
}): string {
  return renderTemplate('doc/changelog', { ...entry, date: changelogDate(entry.epochSeconds) }, 'control');
}

/** Its name in /usr/share/doc/NAME (Policy 12.7): a version with a Debian revision has a changelog for it. */
export function changelogFileName(version: string): 'changelog.gz' | 'changelog.Debian.gz' {
  return version.includes('-') ? 'changelog.Debian.gz' : 'changelog.gz';
}

/** RFC 5322's date with a numeric zone: toUTCString's, whose zone has a name. */
function changelogDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString().replace(/GMT$/, '+0000');
}
