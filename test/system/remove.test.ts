import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { answeringVersion, aptInstall, openWorkshop, pause, type Workshop } from './app-on-host.ts';

/** What apt, dpkg, the journal and the account tools keep for themselves. */
const notOurs = [
  '/var/lib/dpkg',
  '/var/lib/apt',
  '/var/cache',
  '/var/log',
  '/var/lib/systemd',
  '/root',
  '/tmp',
  '/var/tmp',
];
const backups = ['/etc/passwd-', '/etc/shadow-', '/etc/group-', '/etc/gshadow-', '/etc/.pwd.lock'];

/** Every path with its kind, mode, owner and link target; the account files by their content. */
async function fileSystem(host: TestHost): Promise<string[]> {
  const pruned = [...notOurs, ...backups].flatMap((path) => ['-path', path, '-prune', '-o']);
  const { stdout } = await host.run(['find', '/', '-xdev', ...pruned, '-printf', '%p %y %m %u %g %l\\n']);
  const accounts = await host.run(['cat', '/etc/passwd', '/etc/group']);
  return [...stdout.split('\n'), ...accounts.stdout.split('\n')].sort();
}

// The contract’s table is on both releases.
describe.each<DebianRelease>([12])('a removal on Debian %d', (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let debs: string[];
  let before: string[];
  beforeAll(async () => {
    workshop = await openWorkshop();
    debs = await Promise.all(['1.0.0', '1.1.0'].map((version) => workshop.build('node', { version })));
    host = await createTestHost({ debian });
    // deb-systemd-helper's own folder, and what an empty package leaves, are there before.
    before = await fileSystem(host);
    for (const deb of debs) await aptInstall(host, deb);
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it('lets a request in flight finish', async () => {
    const slow = host.run(['curl', '-sS', '--max-time', '20', 'http://localhost:8080/slow?ms=2000']);
    await pause(300);
    await host.run(['apt-get', 'remove', '-y', 'hello-node']);
    expect(JSON.parse((await slow).stdout)).toEqual({ slept: true, version: '1.1.0' });
  });

  it('leaves no unit and no process, and its configuration and data until the purge', async () => {
    const { stdout } = await host.run([
      'systemctl',
      'list-units',
      '--plain',
      '--no-legend',
      'hello-node*.service',
    ]);
    expect(stdout).toBe('');
    expect((await host.run(['pgrep', '-u', 'hello-node'], { check: false })).stdout).toBe('');
    await host.run(['test', '-e', '/etc/default/hello-node']);
    await host.run(['test', '-d', '/var/lib/hello-node']);
    expect((await host.run(['test', '-e', '/usr/lib/hello-node'], { check: false })).exitCode).toBe(1);
  });

  it('can be followed by a fresh install', async () => {
    await aptInstall(host, debs[0] as string);
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('leaves nothing behind after a purge: the file system is as before', async () => {
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
    const known = new Set(before);
    const after = await fileSystem(host);
    const left = after.filter((line) => !known.has(line) && !/^\/(run|dev|proc|sys)\b/.test(line));
    const gone = before.filter((line) => !new Set(after).has(line) && !/^\/(run|dev|proc|sys)\b/.test(line));
    expect({ left, gone }).toEqual({ left: [], gone: [] });
    expect((await host.run(['sysctl', '-n', 'net.ipv4.tcp_migrate_req'])).stdout).toBe('0\n');
    expect((await host.run(['sh', '-c', 'ls -d /run/mkdeb* 2>/dev/null'], { check: false })).stdout).toBe('');
  });
});
