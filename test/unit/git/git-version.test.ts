import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitVersion } from '../../../src/git/git-version.ts';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';
import { Repository } from './repository.ts';

const versionOf = async (dir: string, name = 'hello') => {
  const told = await gitVersion(dir, name);
  return typeof told === 'string' ? told : told.version;
};

test('on a tag it is the tag’s, after it it counts the commits, and dpkg sorts it in between', async () => {
  const repository = new Repository();
  repository.commit('first');
  repository.tag('v1.2.3');
  expect(await gitVersion(repository.dir, 'hello')).toEqual({ version: '1.2.3', warnings: [] });
  repository.commit('second');
  const hash = repository.commit('third');
  expect(await gitVersion(repository.dir, 'hello')).toEqual({ version: `1.2.3+2.g${hash}`, warnings: [] });
  for (const [lower, higher] of [
    ['1.2.3', `1.2.3+2.g${hash}`],
    [`1.2.3+2.g${hash}`, '1.2.3+10.g0000000000'],
    [`1.2.3+2.g${hash}`, '1.2.3.1'],
    [`1.2.3+2.g${hash}`, '1.2.4~rc.1'],
  ] as const)
    run('dpkg', '--compare-versions', lower, 'lt', higher);
});

test('a prerelease comes before its release', async () => {
  const repository = new Repository();
  repository.commit('first');
  repository.tag('v2.0.0-rc.1', 'a candidate');
  expect(await versionOf(repository.dir)).toBe('2.0.0~rc.1');
  const hash = repository.commit('second');
  expect(await versionOf(repository.dir)).toBe(`2.0.0~rc.1+1.g${hash}`);
  run('dpkg', '--compare-versions', `2.0.0~rc.1+1.g${hash}`, 'lt', '2.0.0~rc.2');
});

test('of several tags of a commit the highest version counts', async () => {
  const repository = new Repository();
  repository.commit('first');
  for (const tag of ['v2.0.0', 'v2', 'v2.0.0-rc.3', 'stable', '1st-demo']) repository.tag(tag);
  repository.tag('v2.0.0-rc.4', 'annotated');
  expect(await versionOf(repository.dir)).toBe('2.0.0');
});

test('the nearest release counts, and what names no version does not', async () => {
  const repository = new Repository();
  repository.commit('first');
  repository.tag('v2019.1');
  repository.commit('a new scheme');
  repository.tag('v1.0.0');
  repository.commit('more');
  repository.tag('9-lives_of_a_cat');
  expect(await versionOf(repository.dir)).toMatch(/^1\.0\.0\+1\.g[0-9a-f]{10}$/);
});

test('a release on another branch is not one of this', async () => {
  const repository = new Repository();
  repository.commit('first');
  repository.tag('v1.0.0');
  repository.git('checkout', '-q', '-b', 'next');
  repository.commit('next');
  repository.tag('v2.0.0');
  repository.git('checkout', '-q', 'main');
  expect(await versionOf(repository.dir)).toBe('1.0.0');
});

describe('in a repository of several packages', () => {
  test('tags with the package’s name or its directory go before plain ones', async () => {
    const repository = new Repository();
    repository.commit('first', 'cmd/hi');
    repository.tag('v7.0.0');
    repository.tag('hello-v1.2.3');
    repository.tag('cmd/hi/v1.3.0');
    repository.tag('other-v9.0.0');
    expect(await versionOf(repository.dir)).toBe('1.2.3');
    expect(await versionOf(join(repository.dir, 'cmd/hi'))).toBe('1.3.0');
    expect(await versionOf(repository.dir, 'other')).toBe('9.0.0');
    expect(await versionOf(repository.dir, 'unnamed')).toBe('7.0.0');
  });

  test('only changes to the app itself make it dirty', async () => {
    const repository = new Repository();
    repository.commit('first', 'app');
    repository.commit('second', 'other');
    repository.tag('v1.0.0');
    repository.write('other/change', 'changed');
    expect(await versionOf(join(repository.dir, 'app'))).toBe('1.0.0');
    expect(await versionOf(join(repository.dir, 'other'))).toMatch(/\+dirty$/);
  });
});

test('changes that are not committed are told, and sort before the next commit', async () => {
  const repository = new Repository();
  const hash = repository.commit('first');
  repository.tag('v1.2.3');
  repository.write('untracked', 'built');
  expect(await versionOf(repository.dir)).toBe('1.2.3');
  repository.write('change', 'changed');
  const version = `1.2.3+0.g${hash}+dirty`;
  expect(await gitVersion(repository.dir, 'hello')).toEqual({
    version,
    warnings: [`there are changes that are not committed; the version is ${version}`],
  });
  run('dpkg', '--compare-versions', '1.2.3', 'lt', version);
  const next = repository.commit('second');
  run('dpkg', '--compare-versions', version, 'lt', `1.2.3+1.g${next}`);
});

describe('where git tells no version, what is missing and how to mend it', () => {
  const clone = (from: Repository, ...options: string[]) => {
    const dir = appDirectory({});
    execFileSync('git', ['clone', '-q', ...options, `file://${from.dir}`, join(dir, 'clone')]);
    return join(dir, 'clone');
  };

  test('a shallow clone', async () => {
    const repository = new Repository();
    repository.commit('first');
    repository.tag('v1.0.0');
    repository.commit('second');
    expect(await versionOf(clone(repository, '--depth=1'))).toBe(
      'this clone is shallow, and no release is tagged in what there is of it; fetch the rest with "git fetch --unshallow --tags" (actions/checkout: "fetch-depth: 0")',
    );
    repository.commit('third');
    const deeper = clone(repository, '--depth=3');
    expect(await gitVersion(deeper, 'hello')).toMatchObject({
      version: expect.stringMatching(/^1\.0\.0\+2\.g/),
    });
    const two = new Repository();
    two.commit('zero');
    two.commit('first');
    two.tag('v1.0.0');
    two.commit('second');
    expect(await gitVersion(clone(two, '--depth=2'), 'hello')).toEqual({
      version: expect.stringMatching(/^1\.0\.0\+1\.g/),
      warnings: [
        'the clone is shallow: the number of commits since v1.0.0 may be too low; fetch the rest with "git fetch --unshallow"',
      ],
    });
  });

  test('no tag, or none that is a version', async () => {
    const repository = new Repository();
    repository.commit('first');
    expect(await versionOf(repository.dir)).toBe(
      'no tag in the history of HEAD is a version, as v1.2.3 or hello-v1.2.3 are; tag a release with "git tag v1.0.0", or fetch the tags with "git fetch --tags"',
    );
    repository.tag('v1_final');
    expect(await versionOf(repository.dir)).toContain('hello-v1.2.3 are (v1_final is none); tag a release');
  });

  test('no commit, no repository', async () => {
    expect(await versionOf(new Repository().dir)).toBe(
      'there is no commit yet; commit, and tag a release: git tag v1.0.0',
    );
    const dir = appDirectory({});
    expect(await versionOf(dir)).toBe(`${dir} is in no git repository; give the version itself`);
  });

  test('no git', async () => {
    const dir = appDirectory({});
    const path = process.env['PATH'];
    mkdirSync(join(dir, 'empty'));
    process.env['PATH'] = join(dir, 'empty');
    try {
      expect(await versionOf(dir)).toBe('git is not here; apt install git, or give the version itself');
    } finally {
      process.env['PATH'] = path;
    }
  });
});
