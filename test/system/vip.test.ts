import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  activity,
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

type Isolation = 'namespace' | 'address';

// The contract’s table is on both releases.
const cases: [DebianRelease, Isolation][] = [
  [12, 'namespace'],
  [13, 'address'],
];

/** Everything that the handoff changes on a host, while nothing is installed or after it is gone. */
const hostState = `
  nft list ruleset; ip -brief link | grep -o '^[^ @]*'; ip -brief address show dev lo; ip netns list
  ip -6 route show table local | grep 'local ::1 '
  ls /run/mkdeb* /run/systemd/system 2>/dev/null
  systemctl list-units --all --plain --no-legend 'hello-*'
  grep . /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/route_localnet \
    /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra
`;

describe.each(cases)('a program that knows nothing, on Debian %d, apart by %s', (debian, isolate) => {
  const [kind, port] = isolate === 'namespace' ? (['fixed', 8083] as const) : (['plain', 8084] as const);
  const name = `hello-${kind}`;
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  let before: string;
  const sh = async (script: string) => (await host.run(['sh', '-c', script], { check: false })).stdout;
  const build = (version: string, more: object = {}) =>
    workshop.build(kind, {
      version,
      config: {
        service: {
          health: { path: '/health', within: patience(more), timeout: '1s' },
          drain: { wait: '1s', limit: '10s' },
        },
      },
      ...more,
    });
  const client = async (address: string) =>
    (JSON.parse(await ask(host, '/', port, address)) as { client: string }).client;
  const fromOutside = async (address: string, path = '/', seconds = 3) => {
    const url = `http://${address}:${port}${path}`;
    const curl = ['curl', '-gsS', '--fail', '--max-time', String(seconds), url];
    const [command = '', ...args] = host.fromClient(curl);
    return JSON.parse((await execa(command, args)).stdout) as { client: string; version: string };
  };
  const loadFrom = (more: object = {}) =>
    startLoad(host, {
      address: host.address4,
      port,
      connections: { rate: 100, timeout: 30_000 },
      long: { inFlight: 3, path: '/slow?ms=3000', timeout: 30_000 },
      ...more,
    });

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian, packages: ['nftables', 'python3'] });
    before = await sh(hostState);
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('answers on every address of the host, and sees who asks', async () => {
    expect(await client('127.0.0.1')).toMatch(isolate === 'namespace' ? /^198\.18\./ : /^127\.0\.0\.1$/);
    expect(await client('[::1]')).toMatch(isolate === 'namespace' ? /^fd4c:/ : /^::1$/);
    expect(await client(host.address4)).toBe(host.address4);
    expect(await client(`[${host.address6}]`)).toBe(host.address6);
    expect((await fromOutside(host.address4)).client).toBe('198.51.100.1');
    expect((await fromOutside(`[${host.address6}]`)).client).toBe('2001:db8:6d6b::1');
  });

  it('can’t be reached past the rules', async () => {
    const own = (await sh(`cat /run/mkdeb-vip/networks/${name}@1.0.0/slot`)).trim();
    expect(own).toBe('1');
    const outside = host.fromClient([
      'sh',
      '-c',
      `ip route add 198.18.0.0/16 via ${host.address4}; curl -sS --max-time 2 http://198.18.0.6:${port}/; echo $?; ip route delete 198.18.0.0/16`,
    ]);
    const { stdout } = await execa(outside[0] ?? '', outside.slice(1), { reject: false });
    expect(stdout).toBe('28');
  });

  it('loses nothing in an upgrade', async () => {
    const deb = await build('1.1.0');
    load = await loadFrom({ keepAlive: { clients: 20, rate: 2, timeout: 30_000 } });
    await pause(1500);
    await aptInstall(host, deb);
    await pause(3000);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    expect((await settled(host, name)).current).toBe('1.1.0');
    expect((await fromOutside(host.address4)).version).toBe('1.1.0');
  });

  it('loses nothing over IPv6', async () => {
    // Its own drain, later on, is to last as long as a test needs it.
    const deb = await build('1.2.0', {
      config: { service: { health: { path: '/health' }, drain: { wait: '1s', limit: '120s' } } },
    });
    load = await loadFrom({ address: host.address6 });
    await aptInstall(host, deb);
    await settled(host, name);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.1.0', '1.2.0']);
  });

  it.each(['exits-at-once', 'never-listens', 'answers-500'] as const)(
    'stays with the old version where the new one %s, which no client reaches',
    async (variant) => {
      const deb = await build('9.0.0', { variant });
      load = await loadFrom();
      const outcome = await aptInstall(host, deb, { check: false });
      const report = await load.stop();
      expect(outcome.exitCode).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toContain(`still serving: ${name}@1.2.0.service`);
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion)).toEqual(['1.2.0']);
      expect((await sh(`ls /run/mkdeb-vip/networks`)).trim()).toBe(`${name}@1.2.0`);
    },
  );

  it('refuses nobody when the new version dies while the old one still drains', async () => {
    const deb = await build('1.3.0', {
      config: { service: { health: { path: '/health' }, drain: { wait: '0s' } } },
    });
    // Longer than all that follows, also on a slow machine.
    const slow = fromOutside(host.address4, '/slow?ms=45000', 60);
    await aptInstall(host, deb);
    const loads = await Promise.all(
      [host.address4, host.address6].map((address) => loadFrom({ address, long: undefined })),
    );
    try {
      await pause(500);
      const { releases } = await handoffStatus(host, name);
      expect(releases.find(({ id }) => id === '1.2.0')?.instance).toBe('draining');
      const killed = Date.now();
      await host.run(['systemctl', 'kill', '--signal=SIGKILL', `${name}@1.3.0.service`]);
      const noticed = Date.now() + 500;
      await pause(700);
      expect((await fromOutside(host.address4)).version).toBe('1.2.0');
      await pause(4000);
      for (const report of await Promise.all(loads.map((one) => one.stop()))) {
        const notInFlight = report.firstLosses.filter(
          ({ loss, time }) => !['reset', 'cut-off'].includes(loss) || time < killed || time > noticed,
        );
        expect(notInFlight).toEqual([]);
        expect(Object.keys(report.byVersion).sort()).toEqual(['1.2.0', '1.3.0']);
      }
    } finally {
      for (const one of loads) one.kill();
    }
    expect((await slow).version).toBe('1.2.0');
    await settled(host, name);
    expect((await fromOutside(host.address4)).version).toBe('1.3.0');
    expect(await sh(`nft list table inet mkdeb-${name}`)).not.toContain('first4');
  });

  it('has its rules back within a second when somebody takes them away', async () => {
    await aptInstall(host, await build('2.0.0'));
    await settled(host, name);
    const rules = await sh(`nft list table inet mkdeb-${name}`);
    expect(rules).toContain('map to4');
    const ways = ['nft flush ruleset', `nft delete table inet mkdeb-${name}`, 'systemctl restart nftables'];
    load = await loadFrom({ keepAlive: { clients: 10, rate: 5, timeout: 30_000 } });
    for (const away of [...ways, `nft flush chain inet mkdeb-${name} from_outside`]) {
      await host.run(['sh', '-c', away]);
      await pause(900);
      expect((await fromOutside(host.address4)).version).toBe('2.0.0');
      expect(await sh(`nft list table inet mkdeb-${name}`)).toBe(rules);
    }
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await activity(host, `${name}-guard.service`)).toBe('active');
  });

  it('is back after a reboot, and after a restart of the service', async () => {
    await host.reboot();
    expect((await fromOutside(host.address4)).version).toBe('2.0.0');
    expect((await fromOutside(`[${host.address6}]`)).version).toBe('2.0.0');
    await host.run(['systemctl', 'stop', name]);
    expect(await sh(hostState.replace('systemctl list-units', 'true'))).toBe(
      before.replace(/^hello-.*\n/gm, ''),
    );
    await host.run(['systemctl', 'start', name]);
    expect((await fromOutside(host.address4)).version).toBe('2.0.0');
    const [{ id = '' } = {}] = (await handoffStatus(host, name)).releases.filter((r) => r.role === 'current');
    await host.run(['systemctl', 'kill', '--signal=SIGKILL', `${name}@${id}.service`]);
    await expect
      .poll(async () => (await fromOutside(host.address4)).version, { timeout: 30_000, interval: 500 })
      .toBe('2.0.0');
  });

  it('finishes what it has when it is stopped, and takes nothing new', async () => {
    const slow = host.run([
      'curl',
      '-sS',
      '--fail',
      '--max-time',
      '30',
      `http://127.0.0.1:${port}/slow?ms=7000`,
    ]);
    await pause(500);
    const stopped = host.run(['systemctl', 'stop', name]);
    const becomesOfNew = () =>
      fromOutside(host.address4).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    await expect.poll(becomesOfNew, { timeout: 6000, interval: 200 }).toContain("Couldn't connect");
    expect(JSON.parse((await slow).stdout)).toMatchObject({ slept: true });
    await stopped;
    await host.run(['systemctl', 'start', name]);
  });

  it('leaves nothing behind', async () => {
    await host.run(['apt-get', 'purge', '-y', name]);
    expect(await sh(hostState)).toBe(before);
  });
});
