import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
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

const name = 'hello-python';
const port = 8082;

// The contract’s table is on both releases.
describe.each<DebianRelease>([13])('a listening socket held by systemd on Debian %d', (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const service = { health: { path: '/health', within: '60s', timeout: '1s' } };
  const build = (version: string, more: object = {}) =>
    workshop.build('python', {
      version,
      config: { service: { ...service, health: { ...service.health, within: patience(more) } } },
      ...more,
    });
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian, packages: ['gunicorn'] });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('is taken by the app, and is gone when the app is stopped', async () => {
    expect(await answeringVersion(host, port)).toBe('1.0.0');
    await host.run(['systemctl', 'stop', name]);
    const sockets = await host.run(['ss', '-Hltn', `sport = :${port}`]);
    expect(sockets.stdout).toBe('');
    await host.run(['systemctl', 'restart', name]);
    expect(await answeringVersion(host, port)).toBe('1.0.0');
    await host.reboot();
    expect(await answeringVersion(host, port)).toBe('1.0.0');
  });

  it('is never closed in an upgrade: nothing is lost', async () => {
    const deb = await build('1.1.0');
    load = await startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100, timeout: 30_000 },
      long: { inFlight: 3, path: '/slow?ms=3000', timeout: 30_000 },
    });
    await aptInstall(host, deb);
    await settled(host, name);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
  });

  it('stays with the old version where the new one is not healthy', async () => {
    const outcome = await aptInstall(host, await build('9.0.0', { variant: 'never-listens' }), {
      check: false,
    });
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain('still serving: hello-python@1.1.0.service');
    expect(await answeringVersion(host, port)).toBe('1.1.0');
    await aptInstall(host, await build('9.1.0'));
    expect((await settled(host, name)).current).toBe('9.1.0');
  });

  it('is opened anew where the ports change, and that is said', async () => {
    const config = { service: { ...service, port: [port, 8090] } };
    // The old one, stopped by the upgrade, then counts as failed: that is no reason to go back to what was before it.
    const dropIn = `/etc/systemd/system/${name}@9.1.0.service.d`;
    await host.run([
      'sh',
      '-c',
      `mkdir -p "$0" && printf '[Service]\\nKillSignal=SIGKILL\\n' >"$0/x.conf" && systemctl daemon-reload`,
      dropIn,
    ]);
    const outcome = await aptInstall(host, await build('9.2.0', { config }));
    await host.run(['rm', '-r', dropIn]);
    const failure = ['systemctl', 'show', '--property=Result', '--value', `${name}@9.1.0.service`];
    expect((await host.run(failure)).stdout).toBe('signal\n');
    await expect
      .poll(() => activity(host, `${name}-handoff@failed:9.1.0.service`), { timeout: 30_000 })
      .toBe('inactive');
    expect(outcome.stdout).toContain('has to stop before hello-python@9.2.0.service starts');
    expect(await answeringVersion(host, 8090)).toBe('9.2.0');
    expect(await answeringVersion(host, port)).toBe('9.2.0');
    expect(await handoffStatus(host, name)).toMatchObject({
      current: '9.2.0',
      previous: '9.1.0',
      next: null,
    });
    expect(await activity(host, `${name}.service`)).toBe('active');
  });

  it('gives way to another handoff and comes back, and that is said', async () => {
    const config = { service: { ...service, handoff: 'reuseport', exec: 'gunicorn --workers 8 hello:app' } };
    const outcome = await aptInstall(host, await build('9.3.0', { config }));
    expect(outcome.stdout).toContain('the handoff changes from socket to reuseport');
    expect(await answeringVersion(host, port)).toBe('9.3.0');
    const bad = await aptInstall(host, await build('9.4.0', { variant: 'exits-at-once' }), { check: false });
    expect(bad.exitCode).not.toBe(0);
    expect(await answeringVersion(host, port)).toBe('9.3.0');
    expect(await activity(host, `${name}.socket`)).toBe('inactive');
    await aptInstall(host, await build('9.5.0'));
    expect(await answeringVersion(host, port)).toBe('9.5.0');
  });

  it('leaves nothing behind', async () => {
    await host.run(['apt-get', 'purge', '-y', name]);
    const { stdout } = await host.run([
      'systemctl',
      'list-units',
      '--all',
      '--plain',
      '--no-legend',
      `${name}*`,
    ]);
    expect(stdout).toBe('');
    const left = await host.run([
      'sh',
      '-c',
      `ls -d /run/${name}* /run/systemd/system/${name}* 2>/dev/null || true`,
    ]);
    expect(left.stdout).toBe('');
  });
});
