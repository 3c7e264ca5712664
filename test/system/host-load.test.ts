import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { startLoad } from '../../src/load/start-load.ts';

const server = `require('http').createServer((request, answer) => {
  answer.setHeader('X-Version', '1.0');
  setTimeout(() => answer.end('hello'), request.url === '/slow' ? 1000 : 0);
}).listen(8080, '::')`;

describe('load on a test host', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await createTestHost({ debian: 12 });
    await host.run(['systemd-run', '--unit=server', 'node', '-e', server]);
    const wait = ['--retry', '50', '--retry-connrefused', '--retry-delay', '1'];
    await host.run(['curl', '-sS', ...wait, 'http://localhost:8080']);
  });
  afterAll(async () => {
    await host?.dispose();
  });

  it.each(['address4', 'address6'] as const)(
    'comes over the network to its %s and loses nothing',
    async (address) => {
      const load = await startLoad(host, {
        address: host[address],
        port: 8080,
        connections: { rate: 300 },
        keepAlive: { clients: 50, rate: 5 },
        long: { inFlight: 20, path: '/slow' },
      });
      await sleep(3000);
      const report = await load.stop();
      expect(report.lost).toBe(0);
      expect(report.byKind.connections?.sent).toBeGreaterThan(800);
      expect(report.byVersion['1.0']?.ok).toBe(report.ok);
    },
  );

  it('saturates it, and loses nothing', async () => {
    const load = await startLoad(host, { address: host.address4, port: 8080, saturate: { workers: 64 } });
    await sleep(2000);
    const report = await load.stop();
    expect(report.lost).toBe(0);
    expect(report.sent).toBeGreaterThan(1000);
  });

  it('finds a restart of the server, and a power cut', async () => {
    const load = await startLoad(host, {
      address: host.address4,
      port: 8080,
      connections: { rate: 200, timeout: 1500 },
      long: { inFlight: 5, path: '/slow' },
    });
    await sleep(500);
    await load.mark('stopped');
    await host.run(['systemctl', 'stop', 'server']);
    await sleep(300);
    await load.mark('off');
    await host.cutPower();
    await sleep(500);
    await host.boot();
    const report = await load.stop();
    const [start, stopped, off] = report.phases;
    expect(start?.byKind.connections?.lost).toBeLessThan(5);
    expect(stopped?.losses.refused).toBeGreaterThan(20);
    // Packets to a dead host are lost; what is tried again by TCP until the host is back finds nobody listening.
    expect(off?.lost).toBe(off?.sent);
    expect(off?.losses['timed-out']).toBeGreaterThan(0);
    expect(report.losses.unsent).toBe(0);
  });
});
