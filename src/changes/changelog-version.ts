import { BadInput } from '../bad-input.ts';

/** Throws BadInput where a changelog's newest entry is not of the package's version: a .changes file tells that one's. */
export function checkChangelogVersion(changelog: string, version: string): void {
  const newest = /^\S+ \(([^)]+)\)/.exec(changelog)?.[1];
  if (newest === version) return;
  throw new BadInput(
    `--changes: the changelog’s newest entry is of ${newest ?? 'no version'}, the package is ${version}; add an entry for it`,
  );
}
