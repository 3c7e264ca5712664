import type { TarEntry } from '../deb/tar-entries.ts';
import type { HostPath } from '../package/package.ts';
import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What is wrong with the archive's entries: paths twice, through links, of odd kinds and names (deb(5), Policy 10). */
export function archiveFindings({ deb, files }: LintedPackage): LintFinding[] {
  const seen = new Map<HostPath, TarEntry>();
  const twice: string[] = [];
  const orphans = new Set<string>();
  const through: string[] = [];
  for (const entry of deb.entries) {
    if (seen.has(entry.path) && entry.kind !== 'directory') twice.push(entry.path);
    seen.set(entry.path, entry);
    const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
    const above = files.get(parent);
    if (parent !== '' && above === undefined) orphans.add(parent);
    if (above !== undefined && above.kind !== 'directory') through.push(entry.path);
  }
  const links = deb.entries.filter(
    ({ kind, target = '' }) => kind === 'hardlink' && files.get(target)?.kind !== 'file',
  );
  const odd = [...files.values()].filter(({ kind }) => /device$|^fifo$/.test(kind));
  const undecoded = [...files.keys()].filter((path) => /\\x[89a-f][0-9a-f]/.test(path));
  const controls = [...files.keys()].filter((path) => /\p{Cc}/u.test(path));
  return [
    ...findingAbout(twice, {
      level: 'error',
      rule: 'path-twice',
      says: 'paths that the archive has more than once; the last one wins',
      source: 'deb(5)',
      mend: 'pack each path once',
    }),
    ...findingAbout(through, {
      level: 'error',
      rule: 'path-through-no-directory',
      says: 'paths below something that is no directory in this package: a link there sends them elsewhere',
      source: 'dpkg(1)',
      mend: 'ship the files where they are to be, and the link beside them',
    }),
    ...findingAbout(
      links.map(({ path, target = '' }) => `${path} -> ${target}`),
      {
        level: 'error',
        rule: 'hardlink-to-no-file',
        says: 'hard links to what is no file of this package',
        source: 'Policy 10.7.3, dpkg(1)',
        mend: 'ship a file, or a symlink',
      },
    ),
    ...findingAbout(
      odd.map(({ path }) => path),
      {
        level: 'error',
        rule: 'device-or-fifo',
        says: 'devices or named pipes',
        source: 'Policy 10.6',
        mend: 'make them on the host: the kernel does devices, systemd.socket(5) does pipes',
      },
    ),
    ...findingAbout(undecoded, {
      level: 'error',
      rule: 'national-encoding',
      says: 'names that are no UTF-8',
      source: 'Policy 10.10',
      mend: 'rename them',
    }),
    ...findingAbout(controls, {
      level: 'error',
      rule: 'control-character-in-path',
      says: 'names with control characters, which change what a terminal shows',
      source: 'mkdeb',
      mend: 'rename them',
    }),
    ...findingAbout([...orphans], {
      level: 'warning',
      rule: 'missing-parent-directory',
      says: 'directories that hold the package’s files, and are not in the package: dpkg makes none',
      source: 'deb(5), dpkg(1)',
      mend: 'pack them as well',
    }),
  ];
}
