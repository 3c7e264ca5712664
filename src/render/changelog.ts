import type { ChangelogEntry } from '../config/changelog-file.ts';
import { wrap } from '../config/description.ts';
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

/**
 * The changelog of several entries, as Policy 4.4 and deb-changelog(5) have it; long lines are broken, as lintian wants
 * them.
 */
export function renderChangelogEntries(name: string, entries: readonly ChangelogEntry[]): string {
  const dated = entries.map((entry) => ({
    ...entry,
    changes: withSomething(entry).map((lines) => lines.map(broken)),
    date: changelogDate(entry.epochSeconds),
  }));
  return renderTemplate('doc/changelog-entries', { name, entries: dated }, 'control');
}

/** The changelog of a package: the user's own where there is one. */
export function packageChangelog(
  config: { name: string; version: string; maintainer: string },
  epochSeconds: number,
  entries: readonly ChangelogEntry[] | null,
): string {
  return entries === null
    ? renderChangelog({ ...config, epochSeconds })
    : renderChangelogEntries(config.name, entries);
}

function broken(line: string): { start: string; rest: string[] } {
  const [start = '', ...rest] = wrap(line, 75).split('\n');
  return { start, rest };
}

/** An entry has one change at least, or dpkg-parsechangelog complains. */
function withSomething({ version, changes }: ChangelogEntry): readonly (readonly string[])[] {
  const some = changes.filter((lines) => lines.length > 0);
  return some.length > 0 ? some : [[`Version ${version}.`]];
}

/** Its name in /usr/share/doc/NAME (Policy 12.7): a version with a Debian revision has a changelog for it. */
export function changelogFileName(version: string): 'changelog.gz' | 'changelog.Debian.gz' {
  return version.includes('-') ? 'changelog.Debian.gz' : 'changelog.gz';
}

/** RFC 5322's date with a numeric zone: toUTCString's, whose zone has a name. */
function changelogDate(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString().replace(/GMT$/, '+0000');
}
