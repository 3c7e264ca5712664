import type { InstalledKind } from '../config/extras.ts';
import type { HostPath } from '../package/package.ts';

interface Place {
  /** Around the file's name. */
  before: string;
  after: string;
  mode: number;
  conffile: boolean;
  /** The name where none is given, from the package's. */
  usual(name: string, isService: boolean): string;
}

const same = (name: string) => name;
/** run-parts(8) and cron pass over names with a dot (Policy 9.5.1). */
const runPartsName = (name: string) => name.replaceAll(/[.+]/g, '_');

const config = (before: string, after: string, usual: Place['usual']): Place => ({
  before,
  after,
  mode: 0o644,
  conffile: false,
  usual,
});
const job = (interval: string): Place => ({
  before: `/etc/cron.${interval}/`,
  after: '',
  mode: 0o755,
  conffile: true,
  usual: runPartsName,
});

const places: Readonly<Record<InstalledKind, Place>> = {
  bash: config('/usr/share/bash-completion/completions/', '', same),
  zsh: config('/usr/share/zsh/vendor-completions/_', '', same),
  fish: config('/usr/share/fish/vendor_completions.d/', '.fish', same),
  // The service's own user has the package's name.
  sysusers: config('/usr/lib/sysusers.d/', '.conf', (name, isService) =>
    isService ? `${name}-users` : name,
  ),
  tmpfiles: config('/usr/lib/tmpfiles.d/', '.conf', same),
  // The range for packages (sysctl.d(5)).
  sysctl: config('/usr/lib/sysctl.d/', '.conf', (name) => `30-${name}`),
  // As dh_installudev(1).
  udev: config('/usr/lib/udev/rules.d/', '.rules', (name) => `60-${name}`),
  crontab: { before: '/etc/cron.d/', after: '', mode: 0o644, conffile: true, usual: runPartsName },
  hourly: job('hourly'),
  daily: job('daily'),
  weekly: job('weekly'),
  monthly: job('monthly'),
  logrotate: { before: '/etc/logrotate.d/', after: '', mode: 0o644, conffile: true, usual: runPartsName },
};

/** Where a file of a kind goes on the host, and how. `name` is its own, null: the usual one. */
export function placeOf(
  kind: InstalledKind,
  name: string | null,
  packageName: string,
  isService: boolean,
): { path: HostPath; mode: number; conffile: boolean } {
  const { before, after, mode, conffile, usual } = places[kind];
  return { path: `${before}${name ?? usual(packageName, isService)}${after}`, mode, conffile };
}
