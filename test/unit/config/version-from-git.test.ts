import { expect, test } from 'vitest';
import { loadNfpm } from '../../../src/nfpm/load-nfpm.ts';
import { Repository } from '../git/repository.ts';
import { appDirectory } from './app-directory.ts';
import { loadConfig } from './load-one.ts';

const least = 'name: hello\nmaintainer: Ada <ada@example.org>\ndescription: greets people\n';

test('"version: git" and --version git take it from the tags', async () => {
  const repository = new Repository({ 'mkdeb.yaml': `${least}version: git\n` });
  repository.commit('first');
  repository.tag('v1.2.3');
  expect((await loadConfig(repository.dir)).config.version).toBe('1.2.3');
  repository.write('mkdeb.yaml', `${least}version: 9.9\n`);
  repository.commit('second');
  repository.tag('hello-v1.3.0');
  expect((await loadConfig(repository.dir)).config.version).toBe('9.9');
  expect((await loadConfig(repository.dir, { version: 'git' })).config.version).toBe('1.3.0');
});

test('warnings and mistakes have the place of what asks for it', async () => {
  const repository = new Repository({ 'mkdeb.yaml': `${least}version: git\n` });
  repository.commit('first');
  repository.tag('v1.2.3');
  repository.write('mkdeb.yaml', `${least}version: git # changed\n`);
  expect((await loadConfig(repository.dir)).warnings).toEqual([
    expect.stringMatching(
      /mkdeb\.yaml:4:10: version: there are changes that are not committed; the version is /,
    ),
  ]);
  const dir = appDirectory({ 'mkdeb.yaml': `${least}version: git\n` });
  await expect(loadConfig(dir)).rejects.toThrow(
    `${dir}/mkdeb.yaml:4:10: version is "git"; ${dir} is in no git repository; give the version itself`,
  );
  await expect(loadConfig(dir, { version: 'git' })).rejects.toThrow(
    `--version is "git"; ${dir} is in no git repository; give the version itself`,
  );
});

test('a mistake beside it is told without asking git', async () => {
  const dir = appDirectory({ 'mkdeb.yaml': 'version: git\nmaintainer: Ada <ada@example.org>\n' });
  await expect(loadConfig(dir)).rejects.toThrow(
    `${dir}/mkdeb.yaml:1:1: name is missing; add "name: my-app"\n${dir}/mkdeb.yaml:1:1: description is missing; add "description: what the app does"`,
  );
});

test('an nfpm.yaml may say so too; its epoch and its release stand around it', async () => {
  const repository = new Repository({
    'nfpm.yaml': `${least}version: git\nepoch: 2\nrelease: 1\n`,
  });
  repository.commit('first');
  repository.tag('v1.2.3-rc.1');
  const load = (version: object) =>
    loadNfpm(`${repository.dir}/nfpm.yaml`, { dir: repository.dir, environment: {}, ...version });
  expect((await load({})).config.version).toBe('2:1.2.3~rc.1-1');
  expect((await load({ version: '3.0' })).config.version).toBe('3.0');
  repository.git('tag', '-d', 'v1.2.3-rc.1');
  await expect(load({})).rejects.toThrow(/nfpm\.yaml:4:10: version is "git"; no tag in the history of HEAD/);
});
