import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import {
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  settled,
  type Workshop,
} from './app-on-host.ts';

describe('maintainer scripts of the user’s own', () => {
  let host: TestHost;
  let workshop: Workshop;
  let dir: string;
  let load: Load | undefined;
  const told = async () => (await host.run(['cat', '/root/told'])).stdout;
  /** Each notes who has called it, and which version answers then. */
  const build = async (version: string, more: Record<string, string> = {}) => {
    const scripts: Record<string, string> = {};
    for (const name of ['preinstall', 'postinstall', 'preremove', 'postremove']) {
      const path = join(dir, `${version}-${name}`);
      const answers =
        '$(curl -sS --fail http://localhost:8080/ | sed "s/.*version\\":\\"\\([^\\"]*\\).*/\\1/")';
      const note = `echo "${name} $1: ${answers}" >>/root/told`;
      await writeFile(path, `#!/bin/sh\n${more[name] ?? note}\n`);
      scripts[name] = path;
    }
    const service = { health: { path: '/health', within: '60s' }, drain: { wait: '1s', limit: '10s' } };
    return workshop.build('node', { version, config: { scripts, service } });
  };
  const someLoad = () =>
    startLoad(host, { address: host.address4, port: 8080, connections: { rate: 100, timeout: 30_000 } });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mkdeb-scripts-'));
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
  });

  it('run in an upgrade before the new version starts, and nothing is lost', async () => {
    const deb = await build('1.1.0');
    await host.run(['rm', '/root/told']);
    load = await someLoad();
    await aptInstall(host, deb);
    await settled(host);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await told()).toBe(
      [
        ...['preremove upgrade: 1.0.0', 'preinstall upgrade: 1.0.0'],
        ...['postremove upgrade: 1.0.0', 'postinstall configure: 1.0.0', ''],
      ].join('\n'),
    );
    expect(await answeringVersion(host)).toBe('1.1.0');
  });

  it('that fail stop the upgrade, with a story, and the old version never stops serving', async () => {
    const deb = await build('1.2.0', { postinstall: 'echo the database is away >&2; exit 7' });
    load = await someLoad();
    const { exitCode, stdout, stderr } = await aptInstall(host, deb, { check: false });
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion)).toEqual(['1.1.0']);
    expect(exitCode).not.toBe(0);
    expect((stdout + stderr).replaceAll('\r', '')).toMatch(
      /the database is away\n.*own postinstall script failed with exit status 7 .*\n.*still serves\n.*what to do: .*'dpkg --configure -a'/,
    );
    expect(await handoffStatus(host)).toMatchObject({ face: 'active', current: '1.1.0', next: null });
    await aptInstall(host, await build('1.3.0'));
    expect((await settled(host)).current).toBe('1.3.0');
  });

  it('run at a removal: one while the app still serves, the other at the end', async () => {
    await host.run(['rm', '/root/told']);
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
    expect(await told()).toBe('preremove remove: 1.3.0\npostremove remove: \npostremove purge: \n');
  });
});
