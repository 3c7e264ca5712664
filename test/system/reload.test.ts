import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  ask,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  patience,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

const name = 'hello-tableflip';
const unit = `${name}@live.service`;
const port = 8085;

describe('a program that starts its own successors', () => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string, more: object = {}) =>
    workshop.build('tableflip', {
      version,
      config: {
        service: {
          health: { path: '/health', within: patience(more), timeout: '1s', interval: '100ms' },
          drain: { wait: '1s', limit: '20s' },
        },
      },
      ...more,
    });
  const property = async (key: string) =>
    (await host.run(['systemctl', 'show', `--property=${key}`, '--value', unit])).stdout.trim();
  const someLoad = () =>
    startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100, timeout: 30_000 },
      keepAlive: { clients: 10, rate: 2, timeout: 30_000 },
      long: { inFlight: 3, path: '/slow?ms=3000', timeout: 30_000 },
    });
  const greeting = async () => (JSON.parse(await ask(host, '/', port)) as { greeting: string }).greeting;

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, packages: [] });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('goes on in its unit with another main process, of the new release', async () => {
    const before = await property('MainPID');
    load = await someLoad();
    // Its own drain, in the next test, is to last as long as that needs it.
    const config = { service: { health: { path: '/health', interval: '100ms' }, drain: { wait: '1s' } } };
    await aptInstall(host, await build('1.1.0', { config }));
    await settled(host, name);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    const after = await property('MainPID');
    expect(after).not.toBe(before);
    expect((await host.run(['readlink', `/proc/${after}/exe`])).stdout.trim()).toBe(
      `/usr/lib/${name}/releases/1.1.0/${name}`,
    );
    expect(await property('NRestarts')).toBe('0');
  });

  it('waits for the generation before the last, while that still drains', async () => {
    const [next, last] = [await build('1.2.0'), await build('1.3.0')];
    const slow = host.run([
      ...['curl', '-sS', '--fail', '--max-time', '60', `http://localhost:${port}/slow?ms=30000`],
    ]);
    await pause(300);
    await aptInstall(host, next);
    const { stdout } = await aptInstall(host, last);
    expect(stdout).toContain(`waits until ${unit} (release 1.1.0) has finished what it has`);
    expect((await slow).stdout).toContain('1.1.0');
    await settled(host, name);
    expect(await answeringVersion(host, port)).toBe('1.3.0');
  });

  it('goes back to the old one where the new one was ready and is not healthy', async () => {
    const bad = await build('9.0.0', { variant: 'answers-500-later' });
    const { exitCode, stdout, stderr } = await aptInstall(host, bad, { check: false });
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain('it answered 500 to GET /health');
    expect(stdout + stderr).toContain('(release 1.3.0) serves again and stays what boots');
    expect(await answeringVersion(host, port)).toBe('1.3.0');
    expect(await handoffStatus(host, name)).toMatchObject({ face: 'active', current: '1.3.0', next: null });
    expect(await property('NRestarts')).toBe('0');
  });

  it('takes up a changed /etc/default at a reload, and loses nothing', async () => {
    load = await someLoad();
    await host.run(['sh', '-c', `echo 'GREETING="good day"' >>/etc/default/${name}`]);
    await host.run(['systemctl', 'reload', name]);
    expect(await greeting()).toBe('good day');
    await settled(host, name);
    expect(losses(await load.stop())).toEqual(nothingLost);
  });

  it('is started again by systemd, as what is committed, when it is killed', async () => {
    await host.run(['kill', '-s', 'KILL', await property('MainPID')]);
    await expect
      .poll(() => answeringVersion(host, port).catch(() => 'nobody'), { timeout: 30_000 })
      .toBe('1.3.0');
    expect(await activity(host, `${name}.service`)).toBe('active');
    await aptInstall(host, await build('1.4.0'));
    await settled(host, name);
    expect(await answeringVersion(host, port)).toBe('1.4.0');
  });

  it('rolls back with no request lost', async () => {
    load = await someLoad();
    await host.run([`${name}-handoff`, 'rollback']);
    await settled(host, name);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await answeringVersion(host, port)).toBe('1.3.0');
  });

  it('is what it was before where the new one fails for good soon after its upgrade', async () => {
    await aptInstall(host, await build('9.1.0'));
    await settled(host, name);
    const kill = `pid=$(systemctl show --property=MainPID --value ${unit})
      case $(readlink "/proc/$pid/exe") in */9.1.0/*) kill -s KILL "$pid" ;; esac`;
    // As often as systemd starts it again.
    for (let crash = 0; crash < 30 && (await handoffStatus(host, name)).current === '9.1.0'; crash++) {
      await host.run(['sh', '-c', kill], { check: false });
      await pause(500);
    }
    expect((await handoffStatus(host, name)).current).not.toBe('9.1.0');
    await settled(host, name);
    expect(await answeringVersion(host, port)).toBe('1.3.0');
    expect(await activity(host, `${name}.service`)).toBe('active');
  });

  it('is restarted where the handoff changes, there and back, and nothing of it stays', async () => {
    const other = await workshop.build('go', { version: '2.0.0', name, port });
    const { stdout } = await aptInstall(host, other);
    expect(stdout).toContain('the handoff changes from reload to reuseport');
    expect(await answeringVersion(host, port)).toBe('2.0.0');
    const left = `ls -d /run/systemd/system/${name}@* /usr/lib/${name}/releases/live || true`;
    expect((await host.run(['sh', '-c', left])).stdout).toBe('');
    await aptInstall(host, await build('2.1.0'));
    expect(await answeringVersion(host, port)).toBe('2.1.0');
    await settled(host, name);
  });
});
