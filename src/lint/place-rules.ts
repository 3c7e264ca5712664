import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** Of other directories it is said who has them; each path as it is, and all below. */
const others: readonly (Omit<LintFinding, 'where' | 'mend'> & {
  in: RegExp;
  mend: (name: string) => string;
})[] = [
  {
    in: /^\/usr\/local\/./,
    level: 'error',
    rule: 'file-in-usr-local',
    says: 'files in /usr/local, which is the administrator’s alone',
    source: 'Policy 9.1.2',
    mend: (name) => `ship them in /usr/bin and /usr/lib/${name}`,
  },
  {
    in: /^\/opt\/./,
    level: 'warning',
    rule: 'dir-or-file-in-opt',
    says: 'files in /opt, where no other package and no PATH looks for them',
    source: 'Policy 9.1.1, FHS 3.13',
    mend: (name) => `ship them in /usr/lib/${name}, and links in /usr/bin`,
  },
  {
    in: /^\/(?:home|root|mnt|media|proc|sys|dev)\/./,
    level: 'error',
    rule: 'file-in-unusual-dir',
    says: 'files in a directory that is the administrator’s, the users’ or the kernel’s',
    source: 'Policy 9.1.1, FHS 3',
    mend: (name) => `ship them in /usr/lib/${name} or /usr/share/${name}`,
  },
  {
    in: /^\/(?:run|var\/run|var\/lock|tmp|var\/tmp)\/./,
    level: 'error',
    rule: 'dir-or-file-in-run-or-tmp',
    says: 'files in a directory that is emptied when a host boots',
    source: 'Policy 9.1.4, FHS 3.15, 3.18',
    mend: (name) => `make them with RuntimeDirectory= or /usr/lib/tmpfiles.d/${name}.conf`,
  },
  {
    in: /^\/(?:srv|var\/www)\/./,
    level: 'warning',
    rule: 'dir-or-file-in-srv-or-var-www',
    says: 'files in a directory that the administrator divides up',
    source: 'FHS 3.17, Policy 11.5',
    mend: (name) => `ship them in /usr/share/${name}`,
  },
  {
    in: /^\/etc\/systemd\/(?:system|user)\/[^/]/,
    level: 'warning',
    rule: 'systemd-unit-in-etc',
    says: 'units in /etc/systemd, where the administrator’s own go and win over packages’',
    source: 'systemd.unit(5), Policy 9.3',
    mend: () => 'ship them in /usr/lib/systemd/system',
  },
  {
    in: /\/(?:\.git|\.svn|\.hg)(?:\/|$)/,
    level: 'warning',
    rule: 'package-contains-vcs-control-dir',
    says: 'the history of a version control system',
    source: 'lintian',
    mend: () => 'leave it out',
  },
  {
    in: /\/(?:\.env|\.npmrc|\.netrc|id_rsa|id_ecdsa|id_ed25519)$/,
    level: 'warning',
    rule: 'file-that-may-hold-secrets',
    says: 'files of names that often hold passwords or keys, for anybody to read in the package',
    source: 'mkdeb',
    mend: () => 'leave them out, and let the administrator write them on the host',
  },
];

/** What is wrong with where the files are (Policy 9.1, the FHS). */
export function placeFindings({ files, name }: LintedPackage): LintFinding[] {
  const paths = [...files.keys()];
  return others.flatMap(({ in: place, mend, ...finding }) =>
    findingAbout(
      paths.filter((path) => place.test(path)),
      { ...finding, mend: mend(name) },
    ),
  );
}
