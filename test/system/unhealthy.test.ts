import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { Variant } from '../examples.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  patience,
  settled,
  type Workshop,
} from './app-on-host.ts';

const variants: [Variant, RegExp][] = [
  ['exits-at-once', /it exited with status 3/],
  ['exits-after-1s', /it exited with status 4/],
  ['never-listens', /after 4 s: it did not accept a connection|does not listen/],
  ['answers-500', /after 4 s: it answered 500 to GET \/health, not 200-399/],
  ['hangs', /after 4 s: no whole answer within 1 s/],
  ['answers-after=30', /after 4 s: /],
];

// On other releases and with other handoffs the contract’s tests show it.
describe.each<DebianRelease>([12])('an unhealthy version on Debian %d', (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load;
  const build = (version: string, more: { variant?: Variant } = {}) => {
    const health = { path: '/health', within: patience(more), timeout: '1s' };
    return workshop.build('node', { version, config: { service: { health, drain: '5s' } }, ...more });
  };
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it.each(variants)(
    'that %s is refused with a story, and no client ever reaches it',
    async (variant, reason) => {
      // Each a version of its own: apt does not install a half-configured version again from another file.
      const version = `9.9.${variants.findIndex(([v]) => v === variant)}`;
      const deb = await build(version, { variant });
      load = await startLoad(host, {
        address: host.address4,
        port: 8080,
        connections: { rate: 100 },
        keepAlive: { clients: 10, rate: 5 },
        long: { inFlight: 3, path: '/slow?ms=1000' },
      });
      const outcome = await aptInstall(host, deb, { check: false });
      const report = await load.stop();
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion)).toEqual(['1.0.0']);

      expect(outcome.exitCode).not.toBe(0);
      const story = outcome.stdout + outcome.stderr;
      expect(story).toMatch(reason);
      expect(story).toContain('hello-node: still serving: hello-node@1.0.0.service, version 1.0.0');
      expect(story).toContain('what to do: install a version that works');
      expect(story).toMatch(new RegExp(` {4}.*hello-node@${version}\\.service`));
      const status = await handoffStatus(host);
      expect(status).toMatchObject({ face: 'active', current: '1.0.0', next: null });
      expect(status.releases.map((r) => r.id)).toEqual(['1.0.0']);
    },
  );

  it('is not what boots', async () => {
    await host.reboot();
    expect(await activity(host)).toBe('active');
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('gives way to a good version', async () => {
    await aptInstall(host, await build('1.1.0'));
    expect((await settled(host)).current).toBe('1.1.0');
    expect(await answeringVersion(host)).toBe('1.1.0');
    expect((await host.run(['dpkg-query', '-W', '-f', '${Status}', 'hello-node'])).stdout).toBe(
      'install ok installed',
    );
  });
});
