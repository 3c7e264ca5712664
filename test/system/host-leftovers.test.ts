import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/host/cache-directory.ts';
import { createTestHost } from '../../src/host/create-test-host.ts';
import { cgroup2Mount } from '../../src/host/nspawn/cgroup2.ts';

/** Everything on this machine that bears a host's name (or a part of it), in words. */
async function bearing(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    if ([command, cgroup, mounts].some((text) => text.includes(name)))
      found.push(`process ${pid} ${command}`);
  }
  const places = [
    (await cgroup2Mount()) ?? '',
    join(cacheDirectory(), 'hosts'),
    '/run/netns',
    '/sys/class/net',
  ];
  for (const place of [...places, '/run/systemd/nspawn/propagate']) {
    for (const entry of await readdir(place).catch(() => [])) {
      if (entry.includes(name)) found.push(join(place, entry));
    }
  }
  return found;
}

/** This machine's own network: a host must not touch it. */
async function network(): Promise<unknown> {
  return [await readdir('/sys/class/net'), await readdir('/run/netns').catch(() => [])];
}

const module = new URL('../../dist/host/create-test-host.js', import.meta.url).href;
/** Makes one, says its name, and fails when it is told to. */
const program = `
  const { createTestHost } = await import(process.env.MODULE);
  const host = await createTestHost({ debian: 12 });
  console.log(host.name);
  process.on('message', () => { throw new Error('uncaught'); });
`;

describe('a disposed test host', () => {
  it('leaves no process, mount, namespace, cgroup, interface or file', async () => {
    const before = await network();
    const host = await createTestHost({ debian: 12 });
    await host.run(['systemd-run', 'sleep', 'infinity']);
    expect((await bearing(host.name)).length).toBeGreaterThan(5);
    expect(await network()).toEqual(before);
    await host.dispose();
    expect(await bearing(host.name)).toEqual([]);
    await host.dispose();
  });

  it('leaves nothing when it is disposed while it boots, runs something, or is off', async () => {
    const host = await createTestHost({ debian: 12 });
    const ends = Promise.allSettled([host.run(['sleep', '100']), host.reboot()]);
    await host.dispose();
    expect((await ends).map((end) => end.status)).toEqual(['rejected', 'rejected']);
    expect(await bearing(host.name)).toEqual([]);

    const off = await createTestHost({ debian: 12 });
    await off.powerOff();
    await off.dispose();
    expect(await bearing(off.name)).toEqual([]);
  });
});

describe('a test host that cannot be made', () => {
  let cache: string;
  let made: string;
  let roots: string[];
  const before = process.env['MKDEB_CACHE'];
  beforeEach(async () => {
    // The one without further packages is among them: the tests above made it.
    made = join(cacheDirectory(), 'roots');
    roots = (await readdir(made)).filter((name) => /^debian-12-[0-9a-f]+$/.test(name)).sort();
    cache = await mkdtemp(join(tmpdir(), 'mkdeb-broken-cache-'));
    process.env['MKDEB_CACHE'] = cache;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['MKDEB_CACHE'];
    else process.env['MKDEB_CACHE'] = before;
    // Only a test that fails leaves any; to delete into them would hurt this machine.
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${cache}/`));
    for (const path of mounts.reverse()) await execa('umount', [path]);
    await rm(cache, { recursive: true, force: true });
  });

  it('says why and leaves nothing, where the root does not boot', async () => {
    // Roots of the right names with nothing in them.
    for (const root of roots) await mkdir(join(cache, 'roots', root), { recursive: true });
    await expect(createTestHost({ debian: 12 })).rejects.toThrow(/went off while it booted: .*os-release/s);
    expect(await bearing(cache)).toEqual([]);
    expect(await readdir(join(cache, 'hosts'))).toEqual([]);
  });

  it('leaves nothing where a package of its root does not exist', async () => {
    await mkdir(join(cache, 'roots'));
    for (const root of roots) await symlink(join(made, root), join(cache, 'roots', root));
    await expect(createTestHost({ debian: 12, packages: ['no-such-package-anywhere'] })).rejects.toThrow(
      'Unable to locate package no-such-package-anywhere',
    );
    expect((await readdir(join(cache, 'roots'))).filter((name) => !name.endsWith('.lock')).sort()).toEqual(
      roots,
    );
    expect(await bearing(cache)).toEqual([]);
    expect(existsSync(join(cache, 'hosts'))).toBe(false);
  });

  it('leaves no mount when it is killed while its root is made, so that the next one can be', async () => {
    const maker = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, MODULE: module },
      detached: true,
      stdio: 'ignore',
    });
    const exited = once(maker, 'exit');
    await expect
      .poll(async () => (await bearing('.making/proc')).length, { timeout: 120_000, interval: 100 })
      .toBeGreaterThan(0);
    process.kill(-(maker.pid as number), 'SIGKILL');
    await exited;
    await expect.poll(() => bearing(cache), { timeout: 20_000 }).toEqual([]);
    await execa('rm', ['--recursive', '--one-file-system', join(cache, 'roots')]);
  });
});

describe('a process that holds a test host', () => {
  let holder: ChildProcess;
  let name: string;

  beforeEach(async () => {
    holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, MODULE: module },
    });
    const lines = createInterface({ input: holder.stdout as NodeJS.ReadableStream });
    const ended = once(holder, 'exit').then(() => Promise.reject(new Error('it ended before it had a host')));
    ended.catch(() => {});
    [name] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  });
  afterEach(() => {
    holder.kill('SIGKILL');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'leaves nothing of it when it gets %s',
    async (signal) => {
      expect((await bearing(name)).length).toBeGreaterThan(5);
      holder.kill(signal);
      await expect.poll(() => bearing(name), { timeout: 10_000 }).toEqual([]);
    },
  );

  it('leaves nothing of it when it throws', async () => {
    holder.send('now');
    await expect.poll(() => bearing(name), { timeout: 10_000 }).toEqual([]);
  });

  it('leaves no process behind when even the keeper is killed, and the next host clears the rest away', async () => {
    const keeper = Number((await bearing(name)).find((line) => line.includes('keeper.sh'))?.split(' ')[1]);
    process.kill(keeper, 'SIGKILL');
    await expect
      .poll(async () => (await bearing(name)).filter((line) => line.startsWith('process')), {
        timeout: 10_000,
      })
      .toEqual([]);
    const next = await createTestHost({ debian: 12 });
    await next.dispose();
    expect(await bearing(name)).toEqual([]);
  });
});
