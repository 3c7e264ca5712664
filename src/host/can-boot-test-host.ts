import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cgroup2Mount } from './nspawn/cgroup2.ts';

export type CanBoot = { ok: true } | { ok: false; why: string; mend: string };

/** Each tool that a host needs on this machine, with the Debian package that has it. */
const tools: ReadonlyArray<readonly [tool: string, debianPackage: string]> = [
  ['systemd-nspawn', 'systemd-container'],
  ['mmdebstrap', 'mmdebstrap'],
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['flock', 'util-linux'],
  ['mount', 'mount'],
  ['tar', 'tar'],
];

/** Whether this machine can boot test hosts; else why not, and what to do about it. Changes nothing. */
export async function canBootTestHost(path: string = process.env['PATH'] ?? ''): Promise<CanBoot> {
  if (process.platform !== 'linux') {
    return { ok: false, why: `this is ${process.platform}`, mend: 'use a Debian or Ubuntu machine' };
  }
  if (process.getuid?.() !== 0) {
    return { ok: false, why: 'not root', mend: 'run it as root (namespaces, mounts and cgroups are made)' };
  }
  const missing: string[] = [];
  const packages = new Set<string>();
  for (const [tool, debianPackage] of tools) {
    if (await isOnPath(tool, path)) continue;
    missing.push(tool);
    packages.add(debianPackage);
  }
  if (missing.length > 0) {
    return {
      ok: false,
      why: `not found: ${missing.join(', ')}`,
      mend: `apt install ${[...packages].join(' ')}`,
    };
  }
  if ((await cgroup2Mount()) === null) {
    return {
      ok: false,
      why: 'no cgroup2 hierarchy is mounted',
      mend: 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified',
    };
  }
  return { ok: true };
}

async function isOnPath(tool: string, path: string): Promise<boolean> {
  for (const directory of path.split(delimiter)) {
    try {
      await access(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      // Not in this one.
    }
  }
  return false;
}
