import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  aptInstall,
  losses,
  nothingLost,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

const name = 'hello-fixed';
const port = 8083;

describe('a program behind the handoff vip, on a host with firewalld', () => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const rules = async () => (await host.run(['nft', 'list', 'table', 'inet', `mkdeb-${name}`])).stdout;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, packages: ['nftables', 'firewalld', 'netbase'] });
    await host.run(['firewall-cmd', '--permanent', `--add-port=${port}/tcp`]);
    await host.run(['firewall-cmd', '--reload']);
    await aptInstall(host, await workshop.build('fixed', { version: '1.0.0' }));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('loses nothing when that is reloaded, forgets what it knew, or starts again, and in an upgrade meanwhile', async () => {
    const before = await rules();
    load = await startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100, timeout: 30_000 },
      long: { inFlight: 3, path: '/slow?ms=3000', timeout: 30_000 },
    });
    const upgrade = aptInstall(host, await workshop.build('fixed', { version: '1.1.0' }));
    await host.run(['firewall-cmd', '--reload']);
    await upgrade;
    await settled(host, name);
    for (const way of [
      ['firewall-cmd', '--reload'],
      ['systemctl', 'restart', 'firewalld'],
    ]) {
      await host.run(way);
      await pause(1000);
    }
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    expect(before).toContain('map to4');
    expect(await rules()).toContain('map to4');
  });

  it('serves after a boot', async () => {
    await host.reboot();
    await startLoad(host, { address: host.address4, port, connections: { rate: 50 } }).then(async (after) => {
      load = after;
      await pause(1000);
      expect(losses(await after.stop())).toEqual(nothingLost);
    });
  });
});
