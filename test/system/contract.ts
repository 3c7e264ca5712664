/** The lines of the contract (the design's numbers), for every handoff. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { Host } from '../../src/host/host.ts';
import type { DebianRelease } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { ExampleKind } from '../examples.ts';
import { type HandoffExample, handoffExamples } from '../handoffs.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  ask,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  pause,
  refuses,
  settled,
  type Workshop,
} from './app-on-host.ts';

/** Makes a fresh host on which an app that needs `packages` can be installed. */
type MakeHost = (debian: DebianRelease, packages: readonly string[]) => Promise<Host>;

/** How much a host is asked for, and in how many ways and how long a version that is wrong is waited for. */
export interface Pace {
  /** New connections a second. */
  rate: number;
  /** On each kept connection a second. */
  keptRate: number;
  /** How a program fails is the same everywhere: all ways are tried on one kind of host. */
  waysToFail: 'all' | 'one';
  patience: string;
  drainLimit: string;
}

export const usualPace: Pace = {
  rate: 60,
  keptRate: 2,
  waysToFail: 'all',
  patience: '3s',
  drainLimit: '10s',
};

export const testHost: MakeHost = (debian, packages) => createTestHost({ debian, packages });

/** Declares the tests of the contract's lines on a Debian release, for every handoff. */
export function testContractOn(debian: DebianRelease, makeHost: MakeHost = testHost, pace = usualPace): void {
  const rows = handoffExamples.map((example) => [example.handoff, example.kind, example] as const);
  describe.each(rows)('the handoff %s of the %s example', (_, kind, example) =>
    testContract(debian, makeHost, pace, kind, example),
  );
}

function testContract(
  debian: DebianRelease,
  makeHost: MakeHost,
  pace: Pace,
  kind: ExampleKind,
  example: HandoffExample,
): void {
  const { port, packages, service, refused } = example;
  const name = `hello-${kind}`;
  let host: Host;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string, variant?: (typeof refused)[number]) => {
    const health = {
      path: '/health',
      within: variant ? pace.patience : '120s',
      timeout: '1s',
      interval: '100ms',
    };
    const config = { service: { ...service, health, drain: { wait: '1s', limit: pace.drainLimit } } };
    return workshop.build(kind, { version, config, ...(variant ? { variant } : {}) });
  };
  const version = () => answeringVersion(host, port);
  const someLoad = () =>
    startLoad(host, {
      address: host.address,
      port,
      connections: { rate: pace.rate, timeout: 30_000 },
      keepAlive: { clients: 5, rate: pace.keptRate, timeout: 30_000 },
      long: { inFlight: 2, path: '/slow?ms=3000', timeout: 30_000 },
    });
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await makeHost(debian, packages);
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('1: an upgrade to a healthy version fails no request', async () => {
    expect(await version()).toBe('1.0.0');
    load = await someLoad();
    await pause(500);
    await aptInstall(host, await build('1.1.0'));
    await settled(host, name);
    await pause(500);
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion).sort()).toEqual(['1.0.0', '1.1.0']);
    expect(await version()).toBe('1.1.0');
  });

  it.each(pace.waysToFail === 'all' ? refused : refused.slice(0, 1))(
    '2: a version that %s is refused, and the old one never stops serving',
    async (variant) => {
      const bad = `9.9.${refused.indexOf(variant)}`;
      const deb = await build(bad, variant);
      load = await someLoad();
      const { exitCode, stdout, stderr } = await aptInstall(host, deb, { check: false });
      const report = await load.stop();
      expect(losses(report)).toEqual(nothingLost);
      expect(Object.keys(report.byVersion)).toEqual(['1.1.0']);
      expect(exitCode).not.toBe(0);
      expect(stdout + stderr).toContain('the upgrade failed: the new instance is not healthy');
      expect(stdout + stderr).toContain('version 1.1.0');
      // Its own words, also the first.
      if (variant === 'exits-at-once')
        expect(stdout + stderr).toMatch(/^ {4}.*variant: cannot start: the database is not there$/m);
      expect(await handoffStatus(host, name)).toMatchObject({ face: 'active', current: '1.1.0', next: null });
    },
  );

  it('3: what is committed is what boots', async () => {
    await host.reboot();
    expect(await version()).toBe('1.1.0');
    await aptInstall(host, await build('9.9.8'));
    await settled(host, name);
    await host.reboot();
    expect(await version()).toBe('9.9.8');
  });

  it('4: a draining instance can still open every file of its release', async () => {
    const url = `http://localhost:${port}`;
    // One connection: the second request is sent on it when the first is answered, in the middle of the drain.
    const lateFile = host.run([
      ...['curl', '-sS', '--fail', '--max-time', '60', `${url}/slow?ms=4000`, `${url}/file`],
    ]);
    await pause(300);
    await aptInstall(host, await build('9.9.9'));
    expect(await ask(host, '/file', port)).toBe('hello from 9.9.9\n');
    const told = (await lateFile).stdout;
    expect(told).toMatch(/"version":\s*"9\.9\.8"/);
    // Where the app closes its connections after each answer, the second request is a new connection's.
    expect(told).toMatch(/hello from 9\.9\.[89]\n$/);
    await settled(host, name);
  });

  it('5: the same version again, a downgrade and three upgrades while the first still drains lose nothing', async () => {
    const debs = await Promise.all(['2.0.0', '1.9.0', '2.1.0', '2.2.0'].map((v) => build(v)));
    const [first, older, ...later] = debs as [string, string, ...string[]];
    load = await someLoad();
    await aptInstall(host, first);
    await aptInstall(host, first, { again: true });
    await aptInstall(host, older);
    for (const deb of later) await aptInstall(host, deb);
    await settled(host, name);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await version()).toBe('2.2.0');
  });

  it('6: the admin’s word holds: stopped stays stopped, masked stays masked', async () => {
    await host.run(['systemctl', 'stop', name]);
    await aptInstall(host, await build('2.3.0'));
    expect(await activity(host, `${name}.service`)).toBe('inactive');
    expect(await refuses(host, port)).toBe(true);
    await host.run(['systemctl', 'start', name]);
    expect(await version()).toBe('2.3.0');
    await host.run(['systemctl', 'restart', name]);
    expect(await version()).toBe('2.3.0');
    await host.run(['systemctl', 'mask', '--now', name]);
    await aptInstall(host, await build('2.4.0'));
    // The face masked, systemctl does not wait for what stops with it.
    await expect.poll(() => refuses(host, port), { timeout: 60_000, interval: 500 }).toBe(true);
    await host.run(['systemctl', 'unmask', name]);
    await host.run(['systemctl', 'start', name]);
    expect(await version()).toBe('2.4.0');
  });

  it('8: remove lets a request in flight finish and stops everything; purge leaves nothing behind', async () => {
    const slow = host.run([
      ...['curl', '-sS', '--fail', '--max-time', '30', `http://localhost:${port}/slow?ms=2000`],
    ]);
    await pause(300);
    await host.run(['apt-get', 'purge', '-y', name]);
    expect((await slow).stdout).toContain('2.4.0');
    const left = await host.run([
      'sh',
      '-c',
      `systemctl list-units --all --plain --no-legend '${name}*'; ss -Hltn 'sport = :${port}'
       ls -d /run/${name}* /run/systemd/system/${name}* /usr/lib/${name} /run/mkdeb* 2>/dev/null
       ip netns list; nft list tables 2>/dev/null; true`,
    ]);
    expect(left.stdout).toBe('');
  });
}
