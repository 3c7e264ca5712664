import { readFile } from 'node:fs/promises';

/** Where the cgroup2 hierarchy is mounted on this machine, or null (cgroups(7); mountinfo in proc_pid_mountinfo(5)). */
export async function cgroup2Mount(): Promise<string | null> {
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    if (after.startsWith('cgroup2 ')) return before.split(' ')[4] ?? null;
  }
  return null;
}
