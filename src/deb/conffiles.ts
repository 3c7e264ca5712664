import type { Entry } from '../package/package.ts';

/** The conffiles control file (deb-conffiles(5), Policy 10.7.3): one path a line. */
export function formatConffiles(entries: readonly Entry[]): string {
  return entries
    .filter((entry) => entry.kind === 'file' && entry.conffile)
    .map((entry) => `${entry.path}\n`)
    .join('');
}
