import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type TypedVersions, versionsAsked } from '../../../src/rehearse/versions.ts';
import { appDirectory } from '../config/app-directory.ts';

const git = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    encoding: 'utf8',
  });

const packageJson = (version: string) =>
  JSON.stringify({
    ...{ name: 'hello', version, description: 'Greets', author: 'Ada <ada@example.org>', license: 'MIT' },
    mkdeb: { service: { port: 8080 } },
    scripts: { start: 'node server.js' },
  });

/** A repository with an app at `at` whose 1.0 and 1.1 are tagged, and whose 1.2 is not committed. */
function repository(at = '.'): string {
  const dir = appDirectory({ [join(at, 'server.js')]: '' });
  git(dir, 'init', '--quiet');
  for (const version of ['1.0', '1.1']) {
    writeFileSync(join(dir, at, 'package.json'), packageJson(`${version}.0`));
    git(dir, 'add', '.');
    git(dir, 'commit', '--quiet', '--message', version);
    git(dir, 'tag', `v${version}`);
  }
  writeFileSync(join(dir, at, 'package.json'), packageJson('1.2.0'));
  return dir;
}

async function packages(app: string, typed: TypedVersions) {
  const work = appDirectory({});
  const asked = await versionsAsked([app], typed);
  onTestFinished(() => asked.remove());
  const versions = (await asked.packages(work, () => {})).map(({ version }) => version);
  asked.remove();
  return { versions, left: readdirSync(work).filter((name) => !name.startsWith('built-')) };
}

describe('two states of one app', () => {
  test('are a tag and what lies there now', async () => {
    const dir = repository();
    const before = git(dir, 'status', '--porcelain');
    expect((await packages(dir, { from: 'v1.1' })).versions).toEqual(['1.1.0', '1.2.0']);
    expect(git(dir, 'status', '--porcelain')).toBe(before);
  });

  test('are two tags of an app in a part of its repository', async () => {
    const dir = repository('services/hello');
    const { versions } = await packages(join(dir, 'services/hello'), { from: 'v1.0', to: 'v1.1' });
    expect(versions).toEqual(['1.0.0', '1.1.0']);
  });

  test('leave nothing behind, and run no hook', async () => {
    const dir = repository();
    writeFileSync(join(dir, '.git/hooks/post-checkout'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { left } = await packages(dir, { from: 'v1.0', to: 'v1.1' });
    expect(left).toEqual([]);
    expect(git(dir, 'worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(dir, '.git/worktrees'))).toBe(false);
  });

  test('are made ready by a command, the working tree is not', async () => {
    const dir = repository();
    const prepare = 'echo "$PWD" >made; [ "$(git describe --tags)" = v1.1 ]';
    expect((await packages(dir, { from: 'v1.1', prepare })).versions).toEqual(['1.1.0', '1.2.0']);
    expect(existsSync(join(dir, 'made'))).toBe(false);
    await expect(packages(dir, { from: 'v1.1', prepare: 'echo no network; exit 3' })).rejects.toThrow(
      'v1.1:.: --prepare "echo no network; exit 3" exited with 3:\nno network',
    );
  });

  test('are named in what is wrong with them', async () => {
    const dir = repository('app');
    git(dir, 'rm', '--quiet', '--cached', 'app/server.js');
    git(dir, 'commit', '--quiet', '--message', 'without its program');
    git(dir, 'tag', 'broken');
    await expect(packages(join(dir, 'app'), { from: 'v1.0', to: 'broken' })).rejects.toThrow(
      'broken:app/server.js: service.exec starts it, but there is no such file; build the app first',
    );
    await expect(packages(join(dir, 'app'), { from: 'v1.0', to: 'v1.0' })).rejects.toThrow(
      'v1.0 has the version 1.0.0, as the old one',
    );
  });

  test('have to be there', async () => {
    const dir = repository();
    await expect(packages(dir, { from: 'v1.11' })).rejects.toThrow(
      `${dir} has no tag or commit "v1.11"; did you mean "v1.1"?`,
    );
    await expect(packages(dir, { from: '--all' })).rejects.toThrow('has no tag or commit "--all"');
    const later = appDirectory({ 'a/package.json': packageJson('1.0.0') });
    git(later, 'init', '--quiet');
    git(later, 'commit', '--quiet', '--allow-empty', '--message', 'nothing');
    await expect(packages(join(later, 'a'), { from: 'HEAD' })).rejects.toThrow(
      'HEAD: there is no directory "a" in it',
    );
    await expect(packages(join(later, 'a'), { from: 'v1' })).rejects.toThrow(', and no tag at all');
  });

  test('come from a git repository', async () => {
    const dir = appDirectory({});
    await expect(packages(dir, { from: 'v1' })).rejects.toThrow(
      `${dir}: not in a git repository; --from takes versions from one (without it: mkdeb rehearse OLD NEW)`,
    );
    await expect(packages(join(dir, 'none'), { from: 'v1' })).rejects.toThrow('there is no such directory');
  });
});

describe('what is rehearsed', () => {
  test.each([
    [[], {}, 'expected OLD and NEW (see mkdeb rehearse --help), or --from TAG'],
    [['a.deb'], {}, 'expected OLD and NEW'],
    [['a.deb', 'b.deb'], { to: 'v1' }, '--to needs --from'],
    [['a.deb', 'b.deb'], { prepare: 'make' }, '--prepare needs --from'],
    [['a', 'b'], { from: 'v1' }, '--from takes two states of one app; "b" is one too many'],
  ])('has to be clear: %j %j', async (args, typed, said) => {
    await expect(versionsAsked(args, typed)).rejects.toThrow(said);
  });
});
