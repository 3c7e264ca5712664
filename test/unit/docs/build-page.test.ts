import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gitVersion } from '../../../src/git/git-version.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';
import { Repository } from '../git/repository.ts';
import { blocks, docs, wholeConfig } from './page.ts';

const page = readFileSync(`${docs}/build.md`, 'utf8');
const sample = (file: string, markdown = page) =>
  blocks(markdown).find((block) => block.file === file)?.text ?? '';
const debs = (dir: string) =>
  readdirSync(dir)
    .filter((file) => file.endsWith('.deb'))
    .sort();

test('each tag of the page is the version that it says', async () => {
  const rows = [...page.matchAll(/^\| `(\S+)` +\| `(\S+)` +\|$/gm)];
  expect(rows).toHaveLength(6);
  for (const [, tag = '', version] of rows) {
    const repository = new Repository();
    repository.commit('first');
    repository.tag(tag);
    expect(await gitVersion(repository.dir, 'hello')).toMatchObject({ version });
  }
});

test('version and changelog come from git', () => {
  const repository = new Repository({
    'mkdeb.yaml': wholeConfig(sample('changelog')).replace('version: 1.0.0\n', ''),
  });
  repository.commit('Says hello');
  repository.tag('v1.0.0');
  expect(mkdeb(repository.dir, ['build'])).toMatchObject({ status: 0, stderr: '' });
  run('dpkg-deb', '-x', join(repository.dir, 'hello_1.0.0_all.deb'), join(repository.dir, 'root'));
  const changelog = readFileSync(join(repository.dir, 'root/usr/share/doc/hello/changelog.gz'));
  expect(gunzipSync(changelog).toString()).toMatch(/^hello \(1\.0\.0\) unstable.*\n\n {2}\* Says hello\n/);
});

test('the packages of the page are built', () => {
  const repository = new Repository({
    'mkdeb.yaml': sample('packages'),
    'api/api': '#!/bin/sh\n',
    'worker/work': '#!/bin/sh\n',
  });
  chmodSync(join(repository.dir, 'api/api'), 0o755);
  repository.commit('first');
  repository.tag('v1.0.0');
  expect(mkdeb(repository.dir, ['build'])).toMatchObject({ status: 0, stderr: '' });
  expect(debs(repository.dir)).toEqual(['hello-api_1.0.0_all.deb', 'hello-worker_1.0.0_all.deb']);
});

test('the architectures of the page get a package each', () => {
  const dir = appDirectory({
    'mkdeb.yaml': sample('architectures'),
    'README.md': 'Hello',
    'build/amd64/hello': '#!/bin/sh\n',
    'build/arm64/hello': '#!/bin/sh\n',
  });
  for (const arch of ['amd64', 'arm64']) chmodSync(join(dir, `build/${arch}/hello`), 0o755);
  expect(mkdeb(dir, ['build'])).toMatchObject({ status: 0, stderr: '' });
  expect(debs(dir)).toEqual(['hello_1.0.0_amd64.deb', 'hello_1.0.0_arm64.deb']);
});

test('the nfpm.yaml with a service is built', () => {
  const dir = appDirectory({
    'nfpm.yaml': sample('nfpm.yaml', readFileSync(`${docs}/nfpm.md`, 'utf8')),
    'app/bin/hello': '#!/bin/sh\n',
    'hello.conf': 'a=1\n',
  });
  chmodSync(join(dir, 'app/bin/hello'), 0o755);
  expect(mkdeb(dir, ['build', '-c', 'nfpm.yaml'])).toMatchObject({ status: 0, stderr: '' });
  expect(run('dpkg-deb', '-c', join(dir, 'hello_1.0.0_all.deb'))).toContain(
    './usr/bin/hello -> ../lib/hello/releases/current/bin/hello\n',
  );
});
