import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import type { LoadReport } from '../../src/load/load-report.ts';
import { startLoad } from '../../src/load/start-load.ts';
import type { ExampleKind } from '../examples.ts';
import {
  answeringVersion,
  aptInstall,
  ask,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

const examples: [DebianRelease, ExampleKind, number][] = [
  [12, 'node', 8080],
  [13, 'node', 8080],
  [12, 'go', 8081],
  [13, 'go', 8081],
];

describe.each(examples)('an upgrade on Debian %d of the %s example', (debian, kind, port) => {
  const name = `hello-${kind}`;
  let host: TestHost;
  let workshop: Workshop;
  const build = (version: string, limit: string) =>
    workshop.build(kind, { version, config: { service: { drain: { wait: '1s', limit } } } });
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian });
    await aptInstall(host, await build('1.0.0', '6s'));
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it('loses nothing of 1,000 new connections a second, 50 keep-alive clients and 20 requests of 3 s', async () => {
    const deb = await build('1.1.0', '30s');
    const load = await startLoad(host, {
      address: host.address4,
      port,
      // A stall shows in the latencies; a request counts as lost when a patient client gives up.
      connections: { rate: 1000, timeout: 30_000 },
      keepAlive: { clients: 50, rate: 2, timeout: 30_000 },
      long: { inFlight: 20, path: '/slow?ms=3000', timeout: 30_000 },
    });
    let report: LoadReport;
    try {
      await pause(4000);
      await load.mark('upgrade');
      await aptInstall(host, deb);
      await settled(host, name);
      await load.mark('after');
      await pause(2000);
    } finally {
      report = await load.stop();
    }
    const p99 = Object.fromEntries(report.phases.map((p) => [p.name, p.byKind.connections?.latency.p99]));
    console.log(`${name}, Debian ${debian}: ${report.sent} requests, p99 of new connections in ms`, p99, {
      behind: report.behind.p99,
      cpu: report.cpu,
    });
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    // Once it has settled, nobody is answered by the old version.
    expect(report.byVersion['1.0.0']?.last).toBeLessThanOrEqual(report.phases.at(-1)?.started ?? 0);
    const alive = (await handoffStatus(host, name)).releases.filter((r) => r.instance === 'serving');
    expect(alive.map((r) => r.version)).toEqual(['1.1.0']);
  });

  it('lets the old instance open files of its release while it drains, and a download of 20 s arrive whole', async () => {
    const url = `http://localhost:${port}`;
    const curl = (...urls: string[]) => host.run(['curl', '-sS', '--fail', '--max-time', '60', ...urls]);
    const download = host.run([
      'sh',
      '-c',
      `curl -sS --fail --max-time 60 '${url}/download?seconds=20' | wc -c`,
    ]);
    // One connection: the second request is sent on it when the first is answered, in the middle of the drain.
    const lateFile = curl(`${url}/slow?ms=12000`, `${url}/file`);
    await pause(300);
    await aptInstall(host, await build('1.2.0', '30s'));
    expect(await answeringVersion(host, port)).toBe('1.2.0');
    expect(await ask(host, '/file', port)).toBe('hello from 1.2.0\n');
    expect((await lateFile).stdout).toMatch(/"version":\s*"1\.1\.0"\}\s*hello from 1\.1\.0\n$/);
    expect(Number((await download).stdout)).toBe(20 * 10 * 1024);
    await settled(host, name);
  });
});

describe.each<[number, DebianRelease]>([
  [20, 12],
  [5, 13],
])('%d upgrades in a row on Debian %d', (upgrades, debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let debs: string[];
  const config = {
    service: { health: { path: '/health', interval: '100ms' }, drain: { wait: '20s', idle: '200ms' } },
  };
  beforeAll(async () => {
    workshop = await openWorkshop();
    debs = await Promise.all(
      ['1.0.0', '1.1.0'].map((version) => workshop.build('node', { version, config })),
    );
    host = await createTestHost({ debian });
    await aptInstall(host, debs[0] as string);
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });
  const saturate = () => startLoad(host, { address: host.address4, port: 8080, saturate: { workers: 30 } });

  it('lose nothing under a load that keeps the accept queue full', async () => {
    const load = await saturate();
    try {
      for (let round = 1; round <= upgrades; round++) await aptInstall(host, debs[round % 2] as string);
    } finally {
      const report = await load.stop();
      console.log(`Debian ${debian}: ${report.sent} requests, ${report.lost} lost`);
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    }
    await settled(host);
    const { stdout: programs } = await execa('perl', [join(import.meta.dirname, 'bpf-programs.pl')]);
    expect(programs.split('\n')).not.toContain('mkdeb_handoff');
  }, 600_000);

  it('would lose some if the old one were just stopped when the new one has started', async () => {
    const { current, previous } = await handoffStatus(host);
    let [old, next] = [current, previous];
    const load = await saturate();
    let lost = 0;
    try {
      for (let round = 0; round < 20 && lost === 0; round++) {
        await host.run(['systemctl', 'start', `hello-node@${next}.service`]);
        await pause(1000);
        await host.run(['systemctl', 'stop', `hello-node@${old}.service`]);
        [old, next] = [next, old];
        lost = (await load.snapshot()).lost;
      }
    } finally {
      await load.stop();
    }
    expect(lost).toBeGreaterThan(0);
  });
});
