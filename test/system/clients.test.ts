import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import type { LoadReport } from '../../src/load/load-report.ts';
import type { LoadSpec } from '../../src/load/load-spec.ts';
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

describe('an upgrade under WebSockets, HTTP/2 and downloads, over IPv4 and IPv6', () => {
  let host: TestHost;
  let workshop: Workshop;
  const loads: Load[] = [];
  const build = (version: string) =>
    workshop.build('node', {
      version,
      clients: true,
      config: {
        service: {
          port: [8080, 8081],
          environment: { HTTP2_PORT: '8081' },
          health: { path: '/health', interval: '100ms' },
          // WebSockets that are in use go on until the limit; shortly before the end of `stop` the app closes them.
          drain: { wait: '1s', limit: '10s', stop: '4s' },
        },
      },
    });
  const start = async (port: number, spec: Omit<LoadSpec, 'address' | 'port'>) => {
    const { address4, address6 } = host;
    const load = await startLoad(host, { address: address4, secondAddress: address6, port, ...spec });
    loads.push(load);
    return load;
  };

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    for (const load of loads) load.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('loses none of them', async () => {
    const deb = await build('1.1.0');
    const timeout = 30_000;
    const http1 = await start(8080, {
      connections: { rate: 100, timeout },
      keepAlive: { clients: 10, rate: 5, timeout },
      // Longer than such an upgrade takes.
      downloads: { inFlight: 6, path: '/download?seconds=8', bytes: 8 * 10 * 1024, timeout },
      webSockets: { clients: 20, rate: 2, timeout },
    });
    const http2 = await start(8081, { http2: { clients: 10, rate: 10, timeout } });
    await pause(2000);
    await aptInstall(host, deb);
    await settled(host);
    await pause(1500);
    const reports = await Promise.all([http1.stop(), http2.stop()]);
    const [first, second] = reports;
    console.log(
      `${first.sent + second.sent} requests, ${second.resent} HTTP/2 requests sent again after a GOAWAY`,
    );
    for (const report of reports) {
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byAddress).sort()).toEqual([host.address4, host.address6].sort());
      for (const { sent } of Object.values(report.byAddress)) expect(sent).toBeGreaterThan(100);
      expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    }
    // The old instance still answers what it has, long after the new one has got its first client.
    expect(overlap(first)).toBeGreaterThan(5000);
    // Each was sent away by the old instance, and came back to the new one.
    expect(first.byKind.webSockets?.reconnected).toBe(20);
    expect(first.byKind.messages?.sent).toBeGreaterThan(500);
    expect(second.byKind.http2?.reconnected).toBe(10);
  });
});

/** How long both versions answered, in ms. */
function overlap({ byVersion }: LoadReport): number {
  return (byVersion['1.0.0']?.last ?? 0) - (byVersion['1.1.0']?.first ?? 0);
}
