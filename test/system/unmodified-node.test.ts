import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  answeringVersion,
  aptInstall,
  losses,
  nothingLost,
  openWorkshop,
  settled,
  type Workshop,
} from './app-on-host.ts';

/** `npm run soak` makes more of them. */
const upgrades = 10;

describe.each(['reuseport', 'socket'])(
  'an app that just calls app.listen(8080), handed over with %s',
  (handoff) => {
    let host: TestHost;
    let workshop: Workshop;
    let load: Load | undefined;
    const build = (version: string) =>
      workshop.build('node', {
        version,
        config: {
          service: {
            handoff,
            health: { path: '/health', within: '60s', timeout: '1s', interval: '100ms' },
            // Busy keep-alive clients would hold up the drain until its limit: only the app can send them away.
            drain: { limit: '1s', idle: '200ms' },
          },
        },
      });
    beforeAll(async () => {
      workshop = await openWorkshop();
      host = await createTestHost({ debian: 12 });
      await aptInstall(host, await build('1.0.0'));
    });
    afterAll(async () => {
      load?.kill();
      await host?.dispose();
      await workshop?.dispose();
    });

    it(`loses nothing of 50 keep-alive clients and new connections in ${upgrades} upgrades`, async () => {
      const debs = [await build('1.0.0'), await build('1.1.0')];
      load = await startLoad(host, {
        address: host.address4,
        port: 8080,
        connections: { rate: 100, timeout: 30_000 },
        keepAlive: { clients: 50, rate: 2, timeout: 30_000 },
        long: { inFlight: 5, path: '/slow?ms=2000', timeout: 30_000 },
      });
      for (let round = 1; round <= upgrades; round++) {
        await aptInstall(host, debs[round % 2] as string);
        await settled(host);
      }
      const report = await load.stop();
      console.log(`${handoff}: ${report.sent} requests, ${report.lost} lost`);
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    }, 900_000);

    it('serves after a boot too', async () => {
      await aptInstall(host, await build('2.0.0'));
      expect((await settled(host)).current).toBe('2.0.0');
      await host.reboot();
      expect(await answeringVersion(host)).toBe('2.0.0');
    });
  },
);
