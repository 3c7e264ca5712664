import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { startLoad } from '../../src/load/start-load.ts';
import { aptInstall, losses, nothingLost, openWorkshop, settled, type Workshop } from './app-on-host.ts';

describe('listeners', () => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it.each([
    ['IPv4 alone', '0.0.0.0:8080', 1, ['address4']],
    ['IPv6 alone', '[::]:8080', 1, ['address6']],
    ['both families on one socket, three workers', 8080, 3, ['address4', 'address6']],
  ] as const)('on %s hand over with nothing lost', async (_, port, workers, families) => {
    const config = { service: { port, workers, drain: { wait: '20s', idle: '200ms' } } };
    const build = (version: string) => workshop.build('node', { version, config });
    const debs = await Promise.all(['1.0.0', '1.1.0'].map(build));
    await aptInstall(host, debs[0] as string);
    await settled(host);
    const loads = await Promise.all(
      families.map((family) =>
        startLoad(host, { address: host[family], port: 8080, saturate: { workers: 10 } }),
      ),
    );
    for (const round of [1, 0, 1]) await aptInstall(host, debs[round] as string);
    for (const load of loads) {
      const report = await load.stop();
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    }
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
  });
});

describe('a host that forbids pidfd_getfd', () => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, allowPidfdGetfd: false });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it('upgrades with nothing lost, says what it cannot promise, and sets tcp_migrate_req back', async () => {
    const config = { service: { drain: { wait: '20s' } } };
    const build = (version: string) => workshop.build('node', { version, config });
    const debs = await Promise.all(['1.0.0', '1.1.0'].map(build));
    await aptInstall(host, debs[0] as string, { confined: true });
    const load = await startLoad(host, {
      address: host.address4,
      port: 8080,
      connections: { rate: 200 },
      keepAlive: { clients: 20, rate: 4 },
      long: { inFlight: 5, path: '/slow?ms=2000' },
    });
    for (const round of [1, 0, 1]) {
      const { stdout } = await aptInstall(host, debs[round] as string, { confined: true });
      expect(stdout).toContain('this host forbids steering (pidfd_getfd: Operation not permitted)');
      await settled(host);
    }
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect((await host.run(['sysctl', '-n', 'net.ipv4.tcp_migrate_req'])).stdout).toBe('0\n');
    const { stdout } = await host.run(['journalctl', '-u', 'hello-node', '-o', 'cat', '--no-pager']);
    expect(stdout).toContain('this host forbids steering');
  });
});
