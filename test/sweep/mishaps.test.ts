import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Load } from '../../src/load/start-load.ts';
import type { ExampleOptions } from '../examples.ts';
import {
  answeringVersion,
  handoffStatus,
  losses,
  nothingLost,
  pause,
  settled,
} from '../system/app-on-host.ts';
import { plan } from './plan.ts';
import { SweptApp } from './swept-app.ts';

const asked = plan('mishaps');

/*
 * The clock that is set back an hour is not among these: test hosts share the machine's clock (Linux has no namespace
 * for CLOCK_REALTIME), and it is not ours to set. test/unit/render/clock.test.ts sees to it that the runtime reads none.
 */
describe.each(asked.handoffs)('an upgrade with the handoff $handoff', (swept) => {
  let app: SweptApp;
  let load: Load | undefined;
  beforeAll(async () => {
    app = await SweptApp.create(asked, swept);
  });
  afterAll(async () => {
    load?.kill();
    await app?.dispose();
  });

  it('beside another upgrade, a reload, a restart and a rollback takes turns with them, and they say for whom they wait', async () => {
    app.turn();
    load = await app.load();
    const upgrade = app.run(app.upgrade);
    // Until the handoff of the upgrade has begun.
    await app.run([
      'timeout',
      '30',
      'sh',
      '-c',
      `until [ -h /usr/lib/${app.name}/releases/next ]; do sleep 0.02; done`,
    ]);
    const [again, restart, rollback] = await Promise.all([
      // dpkg has a lock of its own; apt waits for it as long as it is told to.
      app.run([...app.upgrade, '--reinstall', '--option=DPkg::Lock::Timeout=120']),
      app.run([`${app.name}-handoff`, 'restart']),
      app.run([`${app.name}-handoff`, 'rollback']),
      app.run(['systemctl', 'reload', app.name]),
    ]);
    await upgrade;
    expect(again.stdout + again.stderr).toMatch(/lock-frontend.* held by process \d+ \(apt-get\)/);
    const waits =
      /lock: waits for (the upgrade to [\d.]+|a restart|a rollback|the end of [\d._]+) \(process \d+\), 60 s at most/;
    for (const { stdout } of [restart, rollback]) expect(stdout).toMatch(waits);
    await settled(app.host, app.name);
    // Whether the rollback's turn was the last one, nobody can say.
    if ((await app.answers()) === app.from) await app.run([`${app.name}-handoff`, 'rollback']);
    expect(await app.end()).toEqual([]);
    expect(losses(await load.stop())).toEqual(nothingLost);
  });

  it('to a version that hits its memory limit is refused, and nothing is lost', async () => {
    const how = swept.oneUnit
      ? /it ended [\d.]+ s after/
      : /it (was killed by signal|exited with status) \d+/;
    await refused({ config: { service: swept.limited } }, how);
  });

  it('to a version whose health check flaps is refused', async () => {
    await refused(
      {
        variant: 'flaps',
        config: { service: { health: { path: '/health', interval: '100ms', within: '4s' } } },
      },
      /after 4 s: /,
    );
  });

  it('to a version that keeps dying, cut off before anybody could say so, leaves the old one serving', async () => {
    const deb = await app.package({
      version: '9.9.8',
      variant: 'exits-after-1s',
      // Three checks take longer than it lives.
      config: { service: { health: { path: '/health', interval: '1s' } } },
    });
    load = await app.load();
    const cutOff = await app.run(
      ['perl', '/root/cut-off.pl', '--once', app.name, '9.9.8', '300', ...app.install(deb)],
      false,
    );
    expect(cutOff.exitCode).toBe(0);
    // Until systemd has given it up; in a unit of all releases it starts the old one instead.
    const dying = async () =>
      (await handoffStatus(app.host, app.name)).releases.find(({ id }) => id === '9.9.8')?.instance;
    await expect.poll(dying, { timeout: 60_000 }).toBe(swept.oneUnit ? 'inactive' : 'failed');
    expect(await app.answers()).toBe(app.to);
    await app.run(['dpkg', '--configure', '-a'], false);
    expect(await app.answers()).toBe(app.to);
    app.turn();
    await app.run(app.upgrade);
    expect(await app.end()).toEqual([]);
    const report = await load.stop();
    if (swept.gates) expect(losses(report)).toEqual(nothingLost);
  });

  it('on a full disk is refused with what to do, nothing is lost, and it can be finished when there is room', async () => {
    app.turn();
    const releases = `/usr/lib/${app.name}/releases`;
    await app.run([
      'sh',
      '-ec',
      `cp -a ${releases} /root/releases
      mount -t tmpfs releases ${releases}
      cp -a /root/releases/. ${releases}
      mount -o remount,size=$(($(df --output=used -k ${releases} | tail -n 1) + 16))k ${releases}`,
    ]);
    load = await app.load();
    const outcome = await app.run(app.upgrade, false);
    const story = outcome.stdout + outcome.stderr;
    expect(story).toContain('No space left on device');
    expect(story).toContain(`${app.name}: still serving: ${app.name}@`);
    expect(story).toContain("what to do: make room, then run 'dpkg --configure -a'");
    expect(outcome.exitCode).not.toBe(0);
    expect(await answeringVersion(app.host, app.port)).toBe(app.from);
    await app.run(['mount', '-o', 'remount,size=100%', releases]);
    expect(await app.finish()).toEqual([]);
    expect(losses(await load.stop())).toEqual(nothingLost);
  });

  async function refused(bad: Omit<ExampleOptions, 'version'>, why: RegExp): Promise<void> {
    const deb = await app.package({ version: '9.9.9', ...bad });
    load = await app.load();
    const outcome = await app.run(app.install(deb), false);
    await pause(500);
    const report = await load.stop();
    expect(outcome.stdout + outcome.stderr).toMatch(why);
    expect(outcome.exitCode).not.toBe(0);
    expect(await answeringVersion(app.host, app.port)).toBe(app.to);
    if (swept.gates) expect(losses(report)).toEqual(nothingLost);
    app.turn();
    await app.run(app.upgrade);
    expect(await app.end()).toEqual([]);
  }
});
