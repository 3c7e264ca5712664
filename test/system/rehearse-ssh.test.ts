import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import type { Recording } from '../../src/rehearse/recording.ts';
import { timelineOf } from '../../src/rehearse/timeline.ts';
import { aptInstall, openWorkshop, type Workshop } from './app-on-host.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Of the users, as whoever adds or removes one leaves them. */
const backups = ['-not', '-path', '/etc/*-'];
/** Where an upgrade puts things; not what keeps a record of what has been done. */
const places = [
  '/etc',
  '/usr',
  '/opt',
  '/root',
  '/home',
  '/srv',
  '/var/lib/systemd',
  '/var/cache/apt/archives',
];

describe('mkdeb rehearse --on ssh://', () => {
  let work: string;
  let workshop: Workshop;
  let host: TestHost;
  let debs: string[];
  const rehearse = (...args: string[]) => {
    const [command = '', ...rest] = host.fromClient([
      ...[process.execPath, cli, 'rehearse', '--ssh-config', join(work, 'config'), ...debs],
      ...['--duration', '1s', '--rate', '100', ...args],
    ]);
    return execa(command, rest, { cwd: work, reject: false });
  };
  const inventory = async () => {
    const packages = await host.run(['dpkg-query', '--show']);
    const files = await host.run(
      ['find', ...places, '-not', '-type', 'd', ...backups, '-printf', '%p %s %m\n'],
      {
        check: false,
      },
    );
    const users = await host.run(['getent', 'passwd']);
    return [packages, files, users].map(({ stdout }) => stdout.split('\n').sort());
  };

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'mkdeb-ssh-test-'));
    workshop = await openWorkshop();
    const config = { service: { drain: { wait: '1s', limit: '3s' } } };
    debs = [
      await workshop.build('node', { version: '1.0.0', config }),
      await workshop.build('node', { version: '1.1.0', config }),
    ];
    host = await createTestHost({ debian: 12, packages: ['openssh-server', 'sudo'] });
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(work, 'key')]);
    await host.run(['useradd', '--create-home', '--shell', '/bin/bash', 'ada']);
    await host.run(['tee', '/etc/sudoers.d/ada'], { input: 'ada ALL=(ALL) NOPASSWD: ALL\n' });
    await host.copyIn(join(work, 'key.pub'), '/home/ada/.ssh/authorized_keys');
    await host.copyIn(join(work, 'key.pub'), '/root/.ssh/authorized_keys');
    await host.run(['chown', '-R', 'ada:', '/home/ada/.ssh']);
    await writeFile(
      join(work, 'config'),
      [
        ...['Host staging', `HostName ${host.address4}`, `IdentityFile ${work}/key`],
        ...[`UserKnownHostsFile ${work}/known`, 'StrictHostKeyChecking accept-new', ''],
      ].join('\n'),
    );
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
    await rm(work, { recursive: true, force: true });
  });

  it('upgrades there under load from here, and leaves the machine as it was', async () => {
    const before = await inventory();
    const { exitCode, stdout, stderr } = await rehearse('--on', 'ssh://ada@staging', '--json', 'r.json');
    expect(stdout, stderr).toMatch(
      /^Nothing was lost: [\d,]+ requests, every one answered, .* to 1\.1\.0\.$/m,
    );
    expect(stdout).toMatch(/^tidied up: purged hello-node$/m);
    expect(exitCode).toBe(0);
    expect(await inventory()).toEqual(before);

    const recording = JSON.parse(await readFile(join(work, 'r.json'), 'utf8')) as Recording;
    expect(recording.host).toMatchObject({ os: 'Debian 12', systemd: '252' });
    // It is this machine's clock: what is measured is how well it is measured.
    expect(Math.abs(recording.host.clock.ahead)).toBeLessThan(20);
    const steps = timelineOf(recording).bands.map(({ step }) => step);
    expect(steps).toEqual(['prepare', 'start', 'switch', 'drain', 'retire']);
    expect(new Set(recording.usage.map(({ instance }) => instance))).toContain('1.1.0');
  });

  it('takes away what it has put there when it is interrupted', async () => {
    const before = await inventory();
    const running = rehearse('--on', 'ssh://ada@staging');
    const installed = async () =>
      (await host.run(['dpkg', '--list', 'hello-node'], { check: false })).exitCode === 0;
    await expect.poll(installed, { timeout: 60_000 }).toBe(true);
    await sleep(1_000);
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/interrupted: .*purged hello-node/s)]);
    expect(await inventory()).toEqual(before);
  });

  it('takes no machine that has the package, and leaves that one alone', async () => {
    await aptInstall(host, debs[0] as string);
    await host.run(['rm', '/root/hello-node_1.0.0_all.deb'], { check: false });
    const before = await inventory();
    const { exitCode, stderr } = await rehearse('--on', 'ssh://ada@staging');
    expect([exitCode, stderr.trim().split('\n').at(-1)]).toEqual([
      2,
      'ada@staging: hello-node 1.0.0 is installed; a rehearsal installs and purges it, and takes only a machine that has none of it',
    ]);
    expect(await inventory()).toEqual(before);
    await host.run(['dpkg', '--purge', 'hello-node']);
  });

  it('needs root, and says how to have it', async () => {
    await host.run(['rm', '/etc/sudoers.d/ada']);
    const { exitCode, stderr } = await rehearse('--on', 'ssh://ada@staging');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/root is needed there.*NOPASSWD/)]);
  });

  // The last one: the host that booted it does not know of it.
  it('reboots the machine where it is asked to, and finds it again', async () => {
    const { exitCode, stdout, stderr } = await rehearse('--on', 'ssh://root@staging', '--reboot');
    expect(stdout, stderr).toMatch(/^Nothing was lost: .*; it serves after a reboot\.$/m);
    expect(exitCode).toBe(0);
  });

  it('leaves nothing running here', async () => {
    const { stdout } = await execa('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.startsWith('ssh ') && line.includes(work))).toEqual([]);
    expect(existsSync(join(work, 'known'))).toBe(true);
  });
});
