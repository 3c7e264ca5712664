import type { TarEntry } from '../deb/tar-entries.ts';
import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What is wrong with whose the files are and what they may (Policy 9.2.2, 10.9). */
export function permissionFindings({ files }: LintedPackage): LintFinding[] {
  const entries = [...files.values()];
  const paths = (wrong: (entry: TarEntry) => boolean) => entries.filter(wrong).map(({ path }) => path);
  const notLink = ({ kind }: TarEntry) => kind !== 'symlink' && kind !== 'hardlink';
  return [
    ...findingAbout(
      // Numbers up to 99 and root are the same on every Debian (Policy 9.2.2).
      paths(({ owner, group }) => [owner, group].some((id) => /^[1-9]\d{2,}$/.test(id))),
      {
        level: 'error',
        rule: 'wrong-file-owner-uid-or-gid',
        says: 'files of a user or group number that is another’s on each host',
        source: 'Policy 9.2.2, 10.9',
        mend: 'pack them as root:root (dpkg-deb --root-owner-group)',
      },
    ),
    ...findingAbout(
      paths(({ owner, group }) => [owner, group].some((id) => !/^\d+$/.test(id) && !baseNames.has(id))),
      {
        level: 'warning',
        rule: 'file-of-a-user-not-on-every-host',
        says: 'files of a user or group that a fresh Debian does not have: dpkg then takes the number that the builder had',
        source: 'Policy 10.9',
        mend: 'pack them as root:root, and give them away in postinst once the user is there',
      },
    ),
    ...findingAbout(
      paths((entry) => notLink(entry) && (entry.mode & 0o002) !== 0 && (entry.mode & 0o1000) === 0),
      {
        level: 'error',
        rule: 'world-writable',
        says: 'files or directories that anybody may write',
        source: 'Policy 10.9',
        mend: 'chmod o-w',
      },
    ),
    ...findingAbout(
      paths(({ kind, mode }) => kind === 'file' && (mode & 0o6000) !== 0),
      {
        level: 'warning',
        rule: 'elevated-privileges',
        says: 'files that run with their owner’s or group’s rights, whoever starts them',
        source: 'Policy 10.9',
        mend: 'chmod ug-s; AmbientCapabilities= in a unit often does what is needed',
      },
    ),
    ...findingAbout(
      paths(({ kind, mode, path }) => kind === 'file' && inPath.test(path) && (mode & 0o111) === 0),
      {
        level: 'warning',
        rule: 'non-executable-in-path',
        says: 'files in the PATH that can’t be run',
        source: 'Policy 10.9, lintian',
        mend: 'chmod 755',
      },
    ),
    ...findingAbout(
      paths(({ kind, mode, path }) => kind === 'file' && unitLike.test(path) && (mode & 0o111) !== 0),
      {
        level: 'warning',
        rule: 'executable-unit',
        says: 'units that are executable, of which systemd complains at each load',
        source: 'systemd.unit(5)',
        mend: 'chmod 644',
      },
    ),
  ];
}

/** Of base-passwd: users and groups with a fixed number. */
const baseNames: ReadonlySet<string> = new Set(
  'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody nogroup adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users _apt'.split(
    ' ',
  ),
);
const inPath = /^\/(?:usr\/)?s?bin\/[^/]+$/;
const unitLike = /^\/(?:usr\/)?lib\/systemd\/(?:system|user)\/[^/]+\.[a-z]+$/;
