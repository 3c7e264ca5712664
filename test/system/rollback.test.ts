import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { ExampleKind } from '../examples.ts';
import {
  activity,
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

const rows: [ExampleKind, DebianRelease, number][] = [
  ['node', 13, 8080],
  ['python', 12, 8082],
];

describe.each(rows)('the %s example on Debian %d', (kind, debian, port) => {
  const name = `hello-${kind}`;
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string) =>
    workshop.build(kind, { version, config: { service: { drain: { wait: '0s', limit: '20s' } } } });
  const version = () => answeringVersion(host, port);
  const handoff = (...argv: string[]) => host.run([`${name}-handoff`, ...argv], { check: false });
  const startSomeLoad = () =>
    startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100, timeout: 30_000 },
      long: { inFlight: 2, path: '/slow?ms=2000', timeout: 30_000 },
    });

  /** As often as systemd starts it again. */
  async function failForGood(id: string): Promise<void> {
    const unit = `${name}@${id}.service`;
    for (let crash = 0; crash < 30 && (await activity(host, unit)) !== 'failed'; crash++) {
      await host.run(['systemctl', 'kill', '--signal=SIGKILL', unit], { check: false });
      await pause(600);
    }
    await expect.poll(() => activity(host, unit), { timeout: 60_000 }).toBe('failed');
  }

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian, packages: kind === 'python' ? ['gunicorn'] : [] });
    await aptInstall(host, await build('1.0.0'));
    await aptInstall(host, await build('1.1.0'));
    await settled(host, name);
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('goes back to the previous version with nothing lost, in seconds, and that is what boots', async () => {
    load = await startSomeLoad();
    await pause(1000);
    const began = Date.now();
    const { exitCode, stdout } = await handoff('rollback');
    const seconds = (Date.now() - began) / 1000;
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('new connections go to')]);
    expect(seconds).toBeLessThan(30);
    await settled(host, name);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await version()).toBe('1.0.0');
    expect(await handoffStatus(host, name)).toMatchObject({
      current: '1.0.0',
      previous: '1.1.0',
      next: null,
    });
    await host.reboot();
    expect(await version()).toBe('1.0.0');
  });

  it('goes back to a release by name, while its instance still drains too, and lists what there is', async () => {
    // Longer than a rollback takes on a busy machine, shorter than the drain limit.
    const slow = host.run(['curl', '-sS', '--fail', '--max-time', '30', `localhost:${port}/slow?ms=15000`]);
    const connected = ['ss', '-Htn', 'state', 'established', `sport = :${port}`];
    await expect.poll(async () => (await host.run(connected)).stdout).not.toBe('');
    await pause(500);
    expect((await handoff('rollback', '1.1.0')).exitCode).toBe(0);
    expect((await handoffStatus(host, name)).releases.find((r) => r.id === '1.0.0')?.instance).not.toBe(
      'inactive',
    );
    expect((await handoff('rollback', '1.0.0')).exitCode).toBe(0);
    expect((await slow).stdout).toContain('1.0.0');
    expect((await settled(host, name)).current).toBe('1.0.0_2');
    // Not before: instances that share a socket both answer until the old one is stopped.
    expect(await version()).toBe('1.0.0');
    expect((await handoff('releases')).stdout).toMatch(/^1\.0\.0_2 +1\.0\.0 +current +serving$/m);
  });

  it('says what is wrong with a release that it cannot go back to', async () => {
    const unknown = await handoff('rollback', '7.7.7');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("no release '7.7.7'")]);
    const link = await handoff('rollback', 'previous');
    expect(link.exitCode).toBe(2);
    expect((await handoff('rollback', '1.0.0_2')).stdout).toContain('is the committed one already');
  });

  it('takes the previous version back by itself where the new one fails for good soon after its upgrade', async () => {
    await aptInstall(host, await build('1.2.0'));
    await settled(host, name);
    await failForGood('1.2.0');
    await expect.poll(() => version().catch(() => ''), { timeout: 60_000 }).toBe('1.0.0');
    const { current, releases } = await settled(host, name);
    expect(current).toBe('1.0.0_2');
    expect(releases.find((r) => r.id === '1.2.0')).toMatchObject({ role: 'previous', instance: 'failed' });
    expect(await activity(host, `${name}.service`)).toBe('active');
    const { stdout: journal } = await host.run(['journalctl', '-u', name, '-o', 'cat', '--no-pager']);
    expect(journal).toMatch(/1\.2\.0\.service has failed for good \d+ s after its commit/);
    await host.reboot();
    expect(await version()).toBe('1.0.0');
  });

  it('does not go back and forth between two that fail', async () => {
    await failForGood('1.0.0_2');
    await expect.poll(() => activity(host, `${name}.service`), { timeout: 60_000 }).toBe('failed');
    await host.run(['systemctl', 'start', name]);
    expect(await version()).toBe('1.0.0');
  });
});
