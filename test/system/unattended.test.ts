import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

/** A program that uses the same library as the app, and has nothing to do with it. */
const bystander = `[Service]
ExecStart=/usr/bin/node -e 'setInterval(() => {}, 1000)'
`;

describe('a host that upgrades by itself, with needrestart restarting whatever uses old libraries', () => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string) =>
    workshop.build('node', {
      version,
      config: { service: { drain: { wait: '0s', limit: '10s' } } },
    });
  const started = async (unit: string) =>
    (await host.run(['systemctl', 'show', '--property=MainPID', '--value', unit])).stdout.trim();

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, packages: ['needrestart', 'unattended-upgrades'] });
    await host.run(['sh', '-ec', 'cat >/etc/systemd/system/bystander.service'], { input: bystander });
    await host.run(['systemctl', 'start', 'bystander']);
    await host.run(['sh', '-ec', 'cat >/etc/needrestart/conf.d/automatic.conf'], {
      input: "$nrconf{restart} = 'a';\n",
    });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('is upgraded with nothing lost, and neither the draining instance nor the new one is restarted', async () => {
    await publish(await build('1.1.0'));
    await replace('/usr/lib/*/libnode.so.*');
    const before = await started('bystander.service');
    load = await startLoad(host, {
      address: host.address4,
      port: 8080,
      connections: { rate: 100, timeout: 30_000 },
      keepAlive: { clients: 5, rate: 2, timeout: 30_000 },
    });
    const slow = host.run(['curl', '-sS', '--fail', '--max-time', '60', 'localhost:8080/slow?ms=15000']);
    await pause(500);
    const draining = await started('hello-node@1.0.0.service');
    const { stdout } = await host.run(['unattended-upgrade', '--verbose'], { timeout: 180_000 });
    expect(stdout).toContain('All upgrades installed');
    expect(await answeringVersion(host)).toBe('1.1.0');
    const fresh = await started('hello-node@1.1.0.service');

    // What watches the drain is written in Perl.
    await replace('/usr/bin/perl');
    const watcher = 'hello-node-handoff@retire:1.0.0.service';
    const watching = await started(watcher);
    const { stdout: told } = await host.run(['needrestart', '-r', 'a', '-b']);
    for (const unit of ['hello-node@1.0.0.service', watcher])
      expect(told).toContain(`NEEDRESTART-SVC: ${unit}\n`);
    await host.run(['needrestart', '-r', 'a'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    expect(await started('bystander.service')).not.toBe(before);
    const { releases } = await handoffStatus(host);
    expect(releases.find(({ id }) => id === '1.0.0')?.instance).toBe('draining');
    expect(await started('hello-node@1.0.0.service')).toBe(draining);
    expect(await started('hello-node@1.1.0.service')).toBe(fresh);
    expect(await started(watcher)).toBe(watching);

    expect((await slow).stdout).toContain('1.0.0');
    await settled(host);
    expect(losses(await load.stop())).toEqual(nothingLost);
  });

  /** As an upgrade of them does it: programs that run go on with the old file, which has no name any more. */
  async function replace(files: string): Promise<void> {
    await host.run([
      'sh',
      '-ec',
      `for file in ${files}; do cp -p "$file" "$file.new"; mv "$file.new" "$file"; done`,
    ]);
  }

  /** Makes the package what the host's apt finds in its only repository, which unattended-upgrades may use. */
  async function publish(deb: string): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'mkdeb-test-'));
    try {
      await copyFile(deb, join(dir, basename(deb)));
      const { stdout: packages } = await execa('dpkg-scanpackages', ['.'], { cwd: dir });
      const index = `${packages}\n`;
      await writeFile(join(dir, 'Packages'), index);
      const sum = createHash('sha256').update(index).digest('hex');
      await writeFile(
        join(dir, 'Release'),
        `Origin: Hello\nSuite: stable\nDate: ${new Date().toUTCString()}\nSHA256:\n ${sum} ${Buffer.byteLength(index)} Packages\n`,
      );
      await host.copyIn(dir, '/srv/repository');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    await host.run(['sh', '-ec', 'rm -f /etc/apt/sources.list.d/*; cat >/etc/apt/sources.list'], {
      input: 'deb [trusted=yes] file:/srv/repository ./\n',
    });
    await host.run(['sh', '-ec', 'cat >/etc/apt/apt.conf.d/99hello'], {
      input: 'Unattended-Upgrade::Origins-Pattern { "origin=Hello"; };\n',
    });
    await host.run(['apt-get', 'update']);
  }
});
