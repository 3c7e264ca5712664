import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import {
  answeringVersion,
  aptInstall,
  handoffStatus,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

// The contract’s table is on both releases.
describe.each<DebianRelease>([12])('versions on Debian %d', (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it.each([
    ['1.0.0-1', '1.0.0-1'],
    ['2026.11.22', '2026.11.22'],
    ['1:2.0~rc1+git20261122-1', '1_e2.0_trc1_pgit20261122-1'],
  ])('installs %s as release %s', async (packageVersion, id) => {
    await aptInstall(host, await workshop.build('node', { version: '1.0.0', packageVersion }));
    const status = await settled(host);
    expect(status.current).toBe(id);
    expect(status.releases.find((r) => r.id === id)?.version).toBe(packageVersion);
  });

  it('hands over to the same version again, and to other content under the same version', async () => {
    const again = { again: true };
    await aptInstall(host, await workshop.build('node', { version: '3.0.0' }));
    await aptInstall(host, await workshop.build('node', { version: '3.0.0' }), again);
    expect((await settled(host)).current).toBe('3.0.0_2');
    await aptInstall(
      host,
      await workshop.build('node', { version: '3.0.1', packageVersion: '3.0.0' }),
      again,
    );
    expect((await settled(host)).current).toBe('3.0.0_3');
    expect(await answeringVersion(host)).toBe('3.0.1');
  });

  it('downgrades', async () => {
    await aptInstall(host, await workshop.build('node', { version: '2.9.0' }));
    expect((await settled(host)).previous).toBe('3.0.0_3');
    expect(await answeringVersion(host)).toBe('2.9.0');
  });

  it('takes three upgrades while the first instance still drains, and a draining one keeps its files', async () => {
    const config = { service: { drain: { wait: '1s', limit: '120s' } } };
    const build = (version: string) => workshop.build('node', { version, config });
    const debs = await Promise.all(['4.0.0', '4.0.1', '4.0.2', '4.0.3'].map(build));
    await aptInstall(host, debs[0] as string);
    await settled(host);
    const slow = host.run(['curl', '-sS', '--max-time', '120', 'http://localhost:8080/slow?ms=55000']);
    await pause(300);
    for (const deb of debs.slice(1)) await aptInstall(host, deb);
    const status = await handoffStatus(host);
    expect(status.current).toBe('4.0.3');
    expect(status.releases.find((r) => r.id === '4.0.0')?.instance).toBe('draining');
    expect(await answeringVersion(host)).toBe('4.0.3');
    expect(JSON.parse((await slow).stdout)).toEqual({ slept: true, version: '4.0.0' });
    expect((await settled(host)).current).toBe('4.0.3');
  });
});
