import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { makeExample } from '../examples.ts';
import { ownPackage } from '../own-package.ts';
import { aptInstall } from './app-on-host.ts';

/** Everything that a package may leave behind: all but what dpkg, apt and systemd note of their own work. */
const files = [
  'find / -xdev',
  ...[
    '/proc',
    '/sys',
    '/run',
    '/tmp',
    '/root',
    '/var/log',
    '/var/cache',
    '/var/lib/dpkg',
    '/var/lib/apt',
  ].map((path) => `-path ${path} -prune -o`),
  '-path /var/lib/systemd -prune -o -print | sort',
].join(' ');

describe.each([12, 13] as const)('mkdeb’s own package on a Debian %d without Node', (debian) => {
  let host: TestHost;
  let work: string;
  let before: string;
  const shell = async (line: string) => (await host.run(['sh', '-ec', line])).stdout;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'mkdeb-self-'));
    const deb = await ownPackage();
    await makeExample('python', { version: '1.0.0' }, join(work, 'app'));
    // Its Depends: a test host has no way out to fetch them.
    host = await createTestHost({ debian, packages: ['libdeflate-tools', 'xz-utils', 'zstd'] });
    await host.run(['apt-get', 'purge', '-y', 'nodejs']);
    before = await shell(files);
    await aptInstall(host, deb);
    await host.copyIn(join(work, 'app'), '/root/app');
  }, 600_000);
  afterAll(async () => {
    await host?.dispose();
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  });

  it('runs', async () => {
    expect(await shell('mkdeb --version')).toBe(
      await shell("dpkg-query --show --showformat='${Version}\\n' mkdeb"),
    );
    expect(await shell('command -v node nodejs || echo none')).toBe('none\n');
  });

  it('builds a package that can be installed, and reads it', async () => {
    const told = JSON.parse(await shell('cd /root && mkdeb build app --sbom --json'));
    expect(told).toMatchObject({
      path: 'hello-python_1.0.0_all.deb',
      sbom: 'hello-python_1.0.0_all.deb.cdx.json',
    });
    expect(await shell('dpkg-deb --field /root/hello-python_1.0.0_all.deb Package Version')).toBe(
      'Package: hello-python\nVersion: 1.0.0\n',
    );
    expect(await shell('mkdeb inspect /root/hello-python_1.0.0_all.deb')).toContain('── Script: postinst\n');
    expect(await shell('mkdeb doctor || true')).toContain('\nhandoff reuseport\n');
  });

  it('completes in bash', async () => {
    const line = 'source /usr/share/bash-completion/completions/mkdeb && complete -p mkdeb';
    expect((await host.run(['bash', '-ec', line])).stdout).toBe('complete -F _mkdeb mkdeb\n');
  });

  it('is purged with nothing left', async () => {
    await host.run(['apt-get', 'purge', '-y', 'mkdeb']);
    expect(await shell(files)).toBe(before);
  });
});
