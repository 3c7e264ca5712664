import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { Variant } from '../examples.ts';
import {
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  settled,
  type Workshop,
} from './app-on-host.ts';

const variants: Variant[] = [
  'exits-at-once',
  'exits-after-1s',
  'never-listens',
  'answers-500',
  'hangs',
  'answers-after=30',
];
const upgrades = 20;

describe.each(['reuseport', 'socket'])(
  'an app that just calls app.listen(8080), handed over with %s',
  (handoff) => {
    let host: TestHost;
    let workshop: Workshop;
    let load: Load | undefined;
    const build = (version: string, variant?: Variant) =>
      workshop.build('node', {
        version,
        config: {
          service: {
            handoff,
            // One that exits after a second must not have passed by then.
            health: {
              path: '/health',
              within: '4s',
              timeout: '1s',
              ...(variant ? {} : { interval: '100ms' }),
            },
            // Busy keep-alive clients would hold up the drain until its limit: only the app can send them away.
            drain: { limit: '1s', idle: '200ms' },
          },
        },
        ...(variant ? { variant } : {}),
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
        connections: { rate: 200, timeout: 30_000 },
        keepAlive: { clients: 50, rate: 4, timeout: 30_000 },
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

    // With reuseport test/system/unhealthy.test.ts shows it, of the same app.
    it.each(handoff === 'socket' ? variants : [])(
      'keeps every client from a new version that %s',
      async (variant) => {
        // Each a version of its own: apt does not install a half-configured version again from another file.
        const version = `9.9.${variants.indexOf(variant)}`;
        const deb = await build(version, variant);
        load = await startLoad(host, {
          address: host.address4,
          port: 8080,
          connections: { rate: 200 },
          keepAlive: { clients: 10, rate: 5 },
        });
        const outcome = await aptInstall(host, deb, { check: false });
        const report = await load.stop();
        expect(outcome.exitCode).not.toBe(0);
        expect(outcome.stdout + outcome.stderr).toContain('hello-node: still serving: hello-node@1.0.0');
        expect(losses(report)).toEqual(nothingLost);
        expect(Object.keys(report.byVersion)).toEqual(['1.0.0']);
        expect((await handoffStatus(host)).releases.filter((r) => r.instance === 'serving')).toHaveLength(1);
      },
    );

    it('gives way to a good version, after a boot too', async () => {
      await aptInstall(host, await build('10.0.0'));
      expect((await settled(host)).current).toBe('10.0.0');
      await host.reboot();
      expect(await answeringVersion(host)).toBe('10.0.0');
    });
  },
);
