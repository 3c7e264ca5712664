/** A test host has no clock of its own: only a virtual machine's can be set. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { createVagrantHost } from '../../src/host/vagrant/vagrant-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import { handoffExamples } from '../handoffs.ts';
import {
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from '../system/app-on-host.ts';
import { oneOf } from './sample.ts';

const rows = oneOf(handoffExamples).map((example) => [example.handoff, example] as const);

describe.each(rows)('an upgrade with %s', (_, { kind, port, service }) => {
  const name = `hello-${kind}`;
  let host: Host;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string) => {
    const health = { path: '/health', within: '120s', interval: '200ms' };
    const config = { service: { ...service, health, drain: { wait: '1s', limit: '10s' } } };
    return workshop.build(kind, { version, config });
  };
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createVagrantHost({ debian: 12 });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it.each([
    ['back', '1 hour ago', '1.1.0'],
    ['forward', '1 hour', '1.2.0'],
  ])('loses nothing, and ends, where the clock steps an hour %s in its midst', async (_way, by, version) => {
    const deb = await build(version);
    load = await startLoad(host, {
      address: host.address,
      port,
      connections: { rate: 10, timeout: 60_000 },
      keepAlive: { clients: 2, rate: 2, timeout: 60_000 },
    });
    const installed = aptInstall(host, deb);
    // Anywhere between unpacking and commit is in its midst: the new instance is being waited for.
    await expect
      .poll(async () => (await handoffStatus(host, name)).next, { timeout: 120_000, interval: 200 })
      .not.toBeNull();
    await host.run(['date', '--set', by]);
    await installed;
    await settled(host, name);
    await pause(1000);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await answeringVersion(host, port)).toBe(version);
  });
});
