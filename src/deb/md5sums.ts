import type { Entry, HostPath } from '../package/package.ts';

/**
 * The md5sums control file (deb-md5sums(5)): every file but conffiles, which the admin may change, by path, without
 * the leading slash. A hard link has its file's checksum.
 */
export function formatMd5sums(entries: readonly Entry[], checksums: ReadonlyMap<HostPath, string>): string {
  const lines: (readonly [path: HostPath, md5: string])[] = [];
  for (const entry of entries) {
    if (entry.kind === 'file' && entry.conffile) continue;
    const md5 = checksums.get(entry.kind === 'hardlink' ? entry.target : entry.path);
    if (md5 !== undefined) lines.push([entry.path, md5]);
  }
  lines.sort(([a], [b]) => (a < b ? -1 : 1));
  return lines.map(([path, md5]) => `${md5}  ${path.slice(1)}\n`).join('');
}
