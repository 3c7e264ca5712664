import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Keys, makeKeys } from '../unit/publish/keys.ts';
import { answeringVersion, handoffStatus, openWorkshop, type Workshop } from './app-on-host.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Where the repository is served on the host, by a unit of its own. */
const url = 'http://127.0.0.1:8090';

describe('a repository that mkdeb repo has made', () => {
  let workshop: Workshop;
  let work: string;
  let keys: Keys;
  let host: TestHost;

  /** Brings the repository up to date and to the host; what is to be put on it. */
  async function publish(secret: string): Promise<{ sources: string; keyring: string }> {
    const argv = [cli, 'repo', join(work, 'apt'), '--sign', secret, '--url', url, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    await host.run(['rm', '-rf', '/srv/apt']);
    await host.copyIn(join(work, 'apt'), '/srv/apt');
    return JSON.parse(stdout) as { sources: string; keyring: string };
  }
  const add = async (version: string) => {
    const deb = await workshop.build('node', { version });
    const published = join(work, 'apt', basename(deb));
    await cp(deb, published);
    // What is signed is installed as anything else.
    await promisify(execFile)(process.execPath, [cli, 'sign', published, '--sign', keys.ada.secret]);
  };
  const apt = (...args: string[]) =>
    host.run(['apt-get', '-y', '--no-install-recommends', ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      check: false,
      timeout: 180_000,
    });

  beforeAll(async () => {
    workshop = await openWorkshop();
    keys = makeKeys();
    work = await mkdtemp(join(tmpdir(), 'mkdeb-repo-system-'));
    await mkdir(join(work, 'apt'));
    host = await createTestHost({ debian: 12 });
    // A test host has no way out to Debian's own.
    await host.run(['sh', '-c', 'rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*']);
    const serve =
      'const fs=require("fs");require("http").createServer((q,r)=>fs.readFile("/srv/apt"+q.url,(e,b)=>{r.statusCode=e?404:200;r.end(b)})).listen(8090)';
    await host.run(['systemd-run', '--unit=repository', 'node', '-e', serve]);
  });
  afterAll(async () => {
    await host?.dispose();
    keys?.dispose();
    await workshop?.dispose();
    await rm(work, { recursive: true, force: true });
  });

  it('is upgraded from by `apt upgrade`, and the handoff is that of any upgrade', async () => {
    await add('1.0.0');
    const { sources, keyring } = await publish(keys.ada.secret);
    await host.copyIn(join(work, 'apt/key.asc'), keyring);
    await host.run(['sh', '-c', 'cat >/etc/apt/sources.list.d/apt.sources'], { input: sources });
    expect(await apt('update')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await apt('install', 'hello-node')).toMatchObject({ exitCode: 0 });
    expect(await answeringVersion(host)).toBe('1.0.0');

    await add('1.1.0');
    await publish(keys.ada.secret);
    expect(await apt('update')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await apt('upgrade')).toMatchObject({ exitCode: 0 });
    expect(await answeringVersion(host)).toBe('1.1.0');
    expect(await handoffStatus(host)).toMatchObject({ current: '1.1.0', previous: '1.0.0' });
    const policy = await host.run(['apt-cache', 'policy', 'hello-node']);
    expect(policy.stdout).toMatch(/\*\*\* 1\.1\.0 500[\s\S]* 1\.0\.0 500/);
  });

  it('is refused when somebody else has signed it', async () => {
    await add('1.2.0');
    await publish(keys.bob.secret);
    const update = await apt('update');
    expect(update.stdout + update.stderr).toContain('NO_PUBKEY');
    await apt('upgrade');
    expect(await answeringVersion(host)).toBe('1.1.0');
  });

  it('no longer offers what was taken out', async () => {
    for (const version of ['1.2.0', '1.0.0']) await rm(join(work, `apt/hello-node_${version}_all.deb`));
    await publish(keys.ada.secret);
    expect(await apt('update')).toMatchObject({ exitCode: 0 });
    const policy = await host.run(['apt-cache', 'madison', 'hello-node']);
    expect(policy.stdout.trim().split('\n')).toHaveLength(1);
    expect(policy.stdout).toContain('1.1.0');
  });
});
