import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import type { LoadReport } from '../../src/load/load-report.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { Config, ExampleKind } from '../examples.ts';
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

const rows: [string, DebianRelease, ExampleKind, number, string[]][] = [
  ['reuseport', 12, 'node', 8080, []],
  ['vip', 13, 'fixed', 8083, ['nftables']],
];

describe.each(rows)('a canary with the handoff %s on Debian %d', (_, debian, kind, port, packages) => {
  const name = `hello-${kind}`;
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string, canary: Config | readonly Config[]) =>
    workshop.build(kind, { version, config: { service: { canary, drain: '5s' } } });
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian, packages });
    await aptInstall(host, await build('1.0.0', [{ share: '1%', for: '1s' }]));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  /** Of the answers between two reports, so many of a hundred came from the version. */
  const shareOf = (version: string, before: LoadReport, after: LoadReport) => {
    const count = (report: LoadReport) => report.byVersion[version]?.ok ?? 0;
    return (100 * (count(after) - count(before))) / (after.ok - before.ok);
  };

  it('gets its share of new connections, within two points, and then all of them', async () => {
    const deb = await build('1.1.0', [
      { share: '5%', for: '30s' },
      { share: '30%', for: '30s' },
    ]);
    const connections = { rate: 400, timeout: 30_000 };
    load = await startLoad(host, { address: host.address4, port, connections });
    const installed = aptInstall(host, deb);
    const shares: number[] = [];
    for (const share of ['5', '30']) {
      await expect
        .poll(async () => (await host.run(['journalctl', '-o', 'cat', '-u', name])).stdout, {
          timeout: 120_000,
          interval: 300,
        })
        .toContain(`canary: ${share} % of new connections`);
      await pause(300);
      const before = await load.snapshot();
      // Of 8,000 connections a share that is exact is off by two points once in ten thousand times.
      await pause(20_000);
      shares.push(shareOf('1.1.0', before, await load.snapshot()));
    }
    await installed;
    await settled(host, name);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    const [small = 0, more = 0] = shares;
    expect(Math.abs(small - 5)).toBeLessThan(2);
    expect(Math.abs(more - 30)).toBeLessThan(2);
    expect(await answeringVersion(host, port)).toBe('1.1.0');
  });

  it('is taken back where the check of its own fails, and that is said', async () => {
    const deb = await build('1.2.0', {
      steps: [{ share: '20%', for: '60s' }],
      check: ['/bin/sh', '-c', 'echo "the error rate of $NEW_RELEASE is too high"; test ! -e /tmp/too-many'],
    });
    load = await startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100 },
      long: { inFlight: 20, path: '/slow?ms=3000', timeout: 30_000 },
    });
    const installed = aptInstall(host, deb, { check: false });
    await pause(6000);
    await host.run(['touch', '/tmp/too-many']);
    const { exitCode, stdout, stderr } = await installed;
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain('its canary check failed: the error rate of 1.2.0 is too high');
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await handoffStatus(host, name)).toMatchObject({ current: '1.1.0', next: null });
    expect(await answeringVersion(host, port)).toBe('1.1.0');
  });

  it('is taken back where it dies', async () => {
    const deb = await build('1.3.0', [{ share: '1%', for: '60s' }]);
    const installed = aptInstall(host, deb, { check: false });
    await expect
      .poll(async () => (await host.run(['journalctl', '-o', 'cat', '-u', name])).stdout, {
        timeout: 120_000,
      })
      .toContain(`go to ${name}@1.3.0.service for 60 s`);
    await host.run(['systemctl', 'kill', '--signal=SIGKILL', `${name}@1.3.0.service`]);
    const { exitCode, stdout, stderr } = await installed;
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain('it died while it was the canary');
    expect(await answeringVersion(host, port)).toBe('1.1.0');
  });
});
