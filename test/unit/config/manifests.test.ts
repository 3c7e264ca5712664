import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Repository } from '../git/repository.ts';
import { appDirectory } from './app-directory.ts';
import { loadConfig } from './load-one.ts';

const service = 'service: {exec: ./hello, port: 8080}\n';
const cargo = `[package]
name = "hello_app"
version = "1.2.0-rc.1"
authors = ["Somebody", "Ada Lovelace <ada@example.org>"]
description = "A web greeter."
repository = "https://example.org/hello.git"
license = "MIT/Apache-2.0"
`;
const pyproject = `[project]
name = "Hello_App"
version = "1.2.0rc1"
description = "A web greeter."
license = {text = "MIT"}
authors = [{name = "Grace"}, {name = "Ada Lovelace", email = "ada@example.org"}]

[project.urls]
Home-Page = "https://example.org/hello"
`;

/** What loadConfig says against an app, the directory's name left out. */
async function complaints(dir: string): Promise<string> {
  return loadConfig(dir).then(
    () => '',
    (error: Error) => error.message.replaceAll(`${dir}/`, ''),
  );
}

test.each([
  ['Cargo.toml', cargo, '1.2.0~rc.1', 'https://example.org/hello.git', 'MIT OR Apache-2.0'],
  ['pyproject.toml', pyproject, '1.2.0~rc1', 'https://example.org/hello', 'MIT'],
])('%s tells what mkdeb.yaml leaves out', async (file, text, version, homepage, license) => {
  const { config, warnings } = await loadConfig(appDirectory({ 'mkdeb.yaml': service, [file]: text }));
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    ...{ name: 'hello-app', version, homepage, license },
    maintainer: 'Ada Lovelace <ada@example.org>',
    synopsis: 'web greeter',
  });
});

test.each([
  ['Cargo.toml', cargo],
  ['pyproject.toml', pyproject],
])('what mkdeb.yaml says goes before %s', async (file, text) => {
  const own = `name: own
version: 9.0
maintainer: Own <own@example.org>
description: own words
homepage: https://own.example.org
license: ISC
${service}`;
  const { config } = await loadConfig(appDirectory({ 'mkdeb.yaml': own, [file]: text }));
  expect(config).toMatchObject({
    ...{ name: 'own', version: '9.0', maintainer: 'Own <own@example.org>', synopsis: 'own words' },
    ...{ homepage: 'https://own.example.org', license: 'ISC' },
  });
});

test('the first one that names the app counts: package.json, Cargo.toml, pyproject.toml, go.mod', async () => {
  const files = {
    'mkdeb.yaml': service,
    'package.json': { private: true, devDependencies: {} },
    'Cargo.toml': '[workspace]\nmembers = ["a"]\n',
    'pyproject.toml': pyproject,
    'go.mod': 'module example.org/other\n',
  };
  expect((await loadConfig(appDirectory(files))).config.name).toBe('hello-app');
  const named = { ...files, 'package.json': { name: 'by-npm', version: '1.0.0', author: 'A <a@b.c>' } };
  expect(
    (await loadConfig(appDirectory({ ...named, 'mkdeb.yaml': `description: x y\n${service}` }))).config,
  ).toMatchObject({ name: 'by-npm', version: '1.0.0' });
});

describe('Cargo.toml', () => {
  const inherited = `[package]
name = "hello"
version.workspace = true
authors = {workspace = true}
description.workspace = true
license.workspace = true
homepage.workspace = true
`;
  const workspace = `[workspace]
members = ["hello"]

[workspace.package]
version = "3.1.4"
authors = ["Ada Lovelace <ada@example.org>"]
description = "greets people"
license = "MIT"
homepage = "https://example.org"
`;

  test('inherits from its workspace: the nearest above, the one that it names, or itself', async () => {
    const expected = {
      version: '3.1.4',
      synopsis: 'greets people',
      license: 'MIT',
      homepage: 'https://example.org',
    };
    const above = appDirectory({
      'Cargo.toml': workspace,
      'crates/hello/Cargo.toml': inherited,
      'crates/hello/mkdeb.yaml': service,
      'crates/Cargo.toml': '[package]\nname = "between"\n',
    });
    expect((await loadConfig(join(above, 'crates/hello'))).config).toMatchObject(expected);
    const named = appDirectory({
      'root/Cargo.toml': workspace,
      'hello/Cargo.toml': inherited.replace('name =', 'workspace = "../root"\nname ='),
      'hello/mkdeb.yaml': service,
    });
    expect((await loadConfig(join(named, 'hello'))).config).toMatchObject(expected);
    const itself = appDirectory({ 'Cargo.toml': inherited + workspace, 'mkdeb.yaml': service });
    expect((await loadConfig(itself)).config).toMatchObject(expected);
  });

  test('what it inherits from nowhere is a mistake with its place', async () => {
    const dir = appDirectory({ 'Cargo.toml': inherited, 'mkdeb.yaml': service });
    expect(await complaints(dir)).toContain(
      'Cargo.toml:3:21: package.version is a map; it is inherited, and no Cargo.toml of a workspace here has [workspace.package] version; give version there',
    );
  });

  test.each([
    [
      'version = "1.2"',
      'Cargo.toml:2:11: package.version is "1.2"; expected a semantic version such as 1.2.0; mend it, or give version in mkdeb.yaml',
    ],
    [
      'version = "1.2.0"\nauthors = ["Ada"]',
      'Cargo.toml:3:11: package.authors is a list; a maintainer needs a name and a mail address, "Name <mail>"; add it here, or give maintainer in mkdeb.yaml',
    ],
    ['version = 1.2.0', 'Cargo.toml:2:14: not valid TOML: '],
    [
      'edition = "2021"',
      'mkdeb.yaml:1:1: version is missing, and Cargo.toml doesn’t tell it; add "version: 1.0.0", or "version: git"',
    ],
  ])('%j is told with its place', async (line, expected) => {
    const dir = appDirectory({
      'Cargo.toml': `[package] # name = "no"\n${line}\nname = "hello"\n`,
      'mkdeb.yaml': service,
    });
    expect(await complaints(dir)).toContain(expected);
  });
});

describe('pyproject.toml', () => {
  test('a dynamic version is a mistake that says what to do', async () => {
    const dir = appDirectory({
      'pyproject.toml': pyproject.replace('version = "1.2.0rc1"', 'dynamic = ["readme", "version"]'),
      'mkdeb.yaml': service,
    });
    expect(await complaints(dir)).toBe(
      'pyproject.toml:3:22: project.dynamic[1] is "version"; Python’s build backend works the version out; give version in mkdeb.yaml, "git" where its tags tell it, or --version',
    );
    expect((await loadConfig(dir, { version: '2.0' })).config.version).toBe('2.0');
  });

  test('a version that is none is told with its place', async () => {
    const dir = appDirectory({
      'pyproject.toml': pyproject.replace('1.2.0rc1', 'one'),
      'mkdeb.yaml': service,
    });
    expect(await complaints(dir)).toBe(
      'pyproject.toml:3:11: project.version is "one"; expected a version of PEP 440 such as 1.2.0rc1; mend it, or give version in mkdeb.yaml',
    );
  });
});

describe('go.mod', () => {
  const config = `maintainer: Ada <ada@example.org>\ndescription: greets people\n${service}`;

  test('names the package, and git’s tags its version', async () => {
    const repository = new Repository({
      'go.mod': '// the greeter\nmodule "example.org/acme/Greeter/v2" // v2\n\ngo 1.21\n',
      'mkdeb.yaml': config,
    });
    repository.commit('first');
    repository.tag('v2.3.4');
    expect((await loadConfig(repository.dir)).config).toMatchObject({ name: 'greeter', version: '2.3.4' });
  });

  test('without a tag it says so', async () => {
    const dir = appDirectory({ 'go.mod': 'module example.org/greeter\n', 'mkdeb.yaml': config });
    expect(await complaints(dir)).toBe(
      `mkdeb.yaml:1:1: version is missing, and so git is asked; ${dir} is in no git repository; give the version itself`,
    );
    expect((await loadConfig(dir, { version: '1.0' })).config.version).toBe('1.0');
  });

  test('a name that Debian can’t take is told with its place', async () => {
    const dir = appDirectory({ 'go.mod': '\nmodule example.org/語\n', 'mkdeb.yaml': config });
    expect(await complaints(dir)).toContain(
      'go.mod:2:8: module is "example.org/語"; no Debian package name can be made from it; give name in mkdeb.yaml',
    );
  });
});
