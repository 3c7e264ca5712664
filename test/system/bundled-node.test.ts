import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  answeringVersion,
  aptInstall,
  losses,
  nothingLost,
  openWorkshop,
  settled,
  type Workshop,
} from './app-on-host.ts';

describe('a Node app that brings its own Node', () => {
  let host: TestHost;
  let workshop: Workshop;
  let load: Load | undefined;
  const build = (version: string, node: number) => {
    const health = { path: '/health', within: '60s' };
    const service = { node, health, drain: { wait: '1s', limit: '10s' } };
    return workshop.build('node', { version, config: { service } });
  };
  /** What runs the app. */
  const program = async () => {
    const { stdout } = await host.run(['sh', '-c', 'readlink /proc/$(pgrep -xu hello-node node)/exe']);
    return stdout.trim();
  };
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
    await host.run(['apt-get', 'purge', '-y', 'nodejs']);
    await aptInstall(host, await build('1.0.0', 20));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
  });

  it('runs on a host without nodejs', async () => {
    expect((await host.run(['sh', '-c', 'command -v node'], { check: false })).exitCode).not.toBe(0);
    expect(await answeringVersion(host)).toBe('1.0.0');
    const own = '/usr/lib/hello-node/releases/1.0.0/.mkdeb/bin/node';
    expect(await program()).toBe(own);
    expect((await host.run([own, '--version'])).stdout).toMatch(/^v20\./);
  });

  it('is upgraded together with its Node, and nothing is lost', async () => {
    const deb = await build('1.1.0', 22);
    load = await startLoad(host, {
      address: host.address4,
      port: 8080,
      connections: { rate: 100, timeout: 30_000 },
    });
    await aptInstall(host, deb);
    await settled(host);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await answeringVersion(host)).toBe('1.1.0');
    const own = '/usr/lib/hello-node/releases/1.1.0/.mkdeb/bin/node';
    expect(await program()).toBe(own);
    expect((await host.run([own, '--version'])).stdout).toMatch(/^v22\./);
  });
});
