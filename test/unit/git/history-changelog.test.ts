import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { historyChangelog } from '../../../src/git/history-changelog.ts';
import { renderChangelogEntries } from '../../../src/render/changelog.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';
import { Repository } from './repository.ts';

const maintainer = 'Hello Team <hello@example.org>';

async function changelog(dir: string, version: string, name = 'hello'): Promise<string> {
  const told = await historyChangelog(dir, { name, version, maintainer });
  if (typeof told === 'string') throw new Error(told);
  return renderChangelogEntries(name, told.entries);
}

test('an entry for each tag: the message of an annotated one, else the commits’ subjects', async () => {
  const repository = new Repository();
  repository.commit('Greets the world');
  repository.tag('v0.9.0');
  repository.commit('Greets by name\n\nWhich is the nicer way.');
  repository.commit('Is faster');
  repository.tag(
    'v1.0.0',
    'v1.0.0\n\n* Greets by name\n  and by surname\n- Is faster\n\nThanks to all.\nReally.',
  );
  repository.commit('Mends a leak');
  repository.tag('v1.0.1', 'Release 1.0.1');
  expect(await changelog(repository.dir, '1.0.1')).toBe(`hello (1.0.1) unstable; urgency=medium

  * Mends a leak

 -- Merge Bot <bot@example.org>  Tue, 14 Nov 2023 22:20:20 +0000

hello (1.0.0) unstable; urgency=medium

  * Greets by name and by surname
  * Is faster
  * Thanks to all. Really.

 -- Merge Bot <bot@example.org>  Tue, 14 Nov 2023 22:18:20 +0000

hello (0.9.0) unstable; urgency=medium

  * Greets the world

 -- Ada Lovelace <ada@example.org>  Tue, 14 Nov 2023 22:14:20 +0000
`);
});

test('what is built after the last tag has an entry of its own, of the last commit’s author', async () => {
  const repository = new Repository();
  repository.commit('First');
  repository.tag('v1.0.0');
  repository.commit('Second');
  repository.commit('Third');
  expect(await changelog(repository.dir, '1.0.0+2.gabc')).toMatch(
    /^hello \(1\.0\.0\+2\.gabc\) unstable; urgency=medium\n\n {2}\* Third\n {2}\* Second\n\n -- Ada Lovelace <ada@example\.org> {2}.*\n\nhello \(1\.0\.0\) /,
  );
});

test('the version that is built heads it, also where no tag has it', async () => {
  const repository = new Repository();
  repository.commit('First');
  repository.tag('v1.0.0');
  repository.commit('Second');
  repository.tag('v1.1.0');
  expect(await changelog(repository.dir, '1:1.1.0-2')).toMatch(
    /^hello \(1:1\.1\.0-2\) .*\n\n {2}\* Second\n/,
  );
  expect((await changelog(repository.dir, '1.1.0')).match(/^hello/gm)).toHaveLength(2);
  repository.commit('Third');
  const again = await changelog(repository.dir, '1.1.0');
  expect(again).toMatch(/^hello \(1\.1\.0\) .*\n\n {2}\* Third\n {2}\* Second\n\n/);
  expect(again.match(/^hello/gm)).toHaveLength(2);
  expect(await changelog(new Repository().dir, '1').catch(String)).toContain('there is no commit yet');
});

test('without any tag it has one entry', async () => {
  const repository = new Repository();
  repository.commit('First');
  expect(await changelog(repository.dir, '1.0')).toMatch(
    /^hello \(1\.0\) .*\n\n {2}\* First\n\n -- Ada .*\n$/,
  );
});

test('in a repository of several packages only commits and tags of the app are in it', async () => {
  const repository = new Repository();
  repository.commit('Hello begins', 'hello');
  repository.tag('hello-v1.0.0');
  repository.commit('Other begins', 'other');
  repository.tag('other-v4.0.0');
  repository.commit('Hello goes on', 'hello');
  repository.tag('hello-v1.1.0');
  const text = await changelog(join(repository.dir, 'hello'), '1.1.0');
  expect(text.match(/^hello \(.*?\)|^ {2}\* .*/gm)).toEqual([
    'hello (1.1.0)',
    '  * Hello goes on',
    'hello (1.0.0)',
    '  * Hello begins',
  ]);
});

test('merges are left out, long subjects broken, and odd authors have the maintainer’s name', async () => {
  const repository = new Repository();
  repository.commit('First');
  repository.git('checkout', '-q', '-b', 'topic');
  repository.commit(`${'Word '.repeat(30).trim()}`, 'topic');
  repository.git('checkout', '-q', 'main');
  repository.commit('Second', 'main');
  repository.git('merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic');
  repository.git('-c', 'user.email=', 'commit', '-q', '--allow-empty', '--author=Nobody <>', '-m', 'Third');
  const text = await changelog(repository.dir, '1.0');
  expect(text).not.toContain('Merge topic');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text).toContain('\n  * Word Word');
  expect(text).toContain('\n    Word Word');
  expect(text).toContain(`\n -- ${maintainer}  `);
});

test('it is bounded: 30 entries, 100 changes each', async () => {
  const repository = new Repository();
  for (let i = 0; i < 103; i++) repository.git('commit', '-q', '--allow-empty', '-m', `Change ${i}`);
  repository.commit('Last');
  const text = await changelog(repository.dir, '1.0');
  // Only commits to the app count, and empty ones touch nothing.
  expect(text.match(/^ {2}\* /gm)).toHaveLength(1);

  const long = new Repository();
  long.git('config', 'gc.auto', '0');
  for (let i = 0; i < 103; i++) long.commit(`Change ${i}`);
  const bounded = await changelog(long.dir, '1.0');
  expect(bounded.match(/^ {2}\* /gm)).toHaveLength(101);
  expect(bounded).toContain('\n  * and 3 more changes\n');
  for (let i = 0; i < 40; i++) long.tag(`v0.${i}`);
  expect((await changelog(long.dir, '1.0')).match(/^hello/gm)).toHaveLength(30);
});

describe('mkdeb build', () => {
  const config = `name: hello\nversion: git\nmaintainer: ${maintainer}\ndescription: greets people\nchangelog: git\n`;

  test('packs it, dpkg-parsechangelog reads it, and another clone gives the same bytes', () => {
    const repository = new Repository({ 'mkdeb.yaml': config });
    repository.commit('First');
    repository.tag('v1.0.0', 'Is good');
    repository.commit('Second');
    const clone = join(appDirectory({}), 'clone');
    execFileSync('git', ['clone', '-q', repository.dir, clone]);
    const built = [repository.dir, clone].map((dir) => {
      const { status, stderr } = mkdeb(dir, ['build', '-o', 'hello.deb', '--compress', 'gzip'], {
        SOURCE_DATE_EPOCH: '',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return readFileSync(join(dir, 'hello.deb'));
    });
    expect(built[0]?.equals(built[1] ?? Buffer.alloc(0))).toBe(true);
    run('dpkg-deb', '-x', join(clone, 'hello.deb'), join(clone, 'root'));
    const text = gunzipSync(readFileSync(join(clone, 'root/usr/share/doc/hello/changelog.gz')));
    writeFileSync(join(clone, 'changelog'), text);
    const parsed = run('dpkg-parsechangelog', '--all', '-l', join(clone, 'changelog'));
    expect(parsed).toMatch(/^Version: 1\.0\.0\+1\.g[0-9a-f]{10}$/m);
    expect(parsed).toContain('   * Is good\n');
  });

  test('says where it is asked for and what is missing: exit 2', () => {
    const dir = appDirectory({ 'mkdeb.yaml': config.replace('version: git', 'version: 1.0'), hello: '' });
    const { status, stderr } = mkdeb(dir, ['build']);
    expect(stderr).toBe(
      'mkdeb.yaml:5:12: changelog is "git"; . is in no git repository; give a changelog’s file, or leave it out\n',
    );
    expect(status).toBe(2);
  });
});
