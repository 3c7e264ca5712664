import { describe, expect, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { loadConfigs } from '../../../src/config/load-config.ts';
import { appDirectory } from './app-directory.ts';

const shared = `version: 1.0.0
maintainer: Ada <ada@example.org>
description: greets people
`;

async function complaints(
  yaml: string,
  files: Readonly<Record<string, string | object>> = {},
): Promise<string[]> {
  const dir = appDirectory({ 'mkdeb.yaml': yaml, ...files });
  const error = await loadConfigs(dir).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BadInput);
  return (error as BadInput).message.replaceAll(`${dir}/`, '').split('\n');
}

describe('packages', () => {
  test('each has the keys beside the list, but for those that it has itself', async () => {
    const dir = appDirectory({
      'mkdeb.yaml': `${shared}depends: [adduser]
service: {exec: ./hello, port: 8080, drain: 5s}
packages:
  - name: hello
  - name: hello-admin
    version: 1.10
    depends: [sudo]
    service: {exec: ./admin, port: 8081}
`,
    });
    const loaded = await loadConfigs(dir);
    expect(loaded.map(({ config }) => config)).toMatchObject([
      {
        ...{ name: 'hello', version: '1.0.0', relations: { depends: ['adduser'] } },
        service: { exec: ['./hello'], listeners: [{ port: 8080 }], drain: { limit: 5_000 } },
      },
      {
        ...{ name: 'hello-admin', version: '1.10', relations: { depends: ['sudo'] } },
        service: { exec: ['./admin'], listeners: [{ port: 8081 }], drain: { limit: 60_000 } },
      },
    ]);
    expect(loaded.map(({ dir: appDir }) => appDir)).toEqual([dir, dir]);
  });

  test('each can have a directory of its own, and what is in that', async () => {
    const node = {
      name: 'api',
      version: '2.0.0',
      description: 'answers',
      author: 'Ada <ada@example.org>',
      main: 'a.js',
    };
    const dir = appDirectory({
      'mkdeb.yaml': `packages:\n  - dir: api\n    service: {port: 8080}\n  - dir: worker\n    description: works\n    maintainer: Ada <ada@example.org>\n`,
      'api/package.json': node,
      'worker/Cargo.toml': '[package]\nname = "worker"\nversion = "3.0.0"\n',
    });
    expect(await loadConfigs(dir)).toMatchObject([
      { dir: `${dir}/api`, config: { name: 'api', version: '2.0.0', service: { exec: ['node', 'a.js'] } } },
      { dir: `${dir}/worker`, config: { name: 'worker', version: '3.0.0', service: null } },
    ]);
  });

  test('package.json can have them too', async () => {
    const json = {
      mkdeb: {
        maintainer: 'A <a@b.c>',
        description: 'x y',
        packages: [
          { name: 'aa', version: '1' },
          { name: 'bb', version: '2' },
        ],
      },
    };
    const loaded = await loadConfigs(appDirectory({ 'package.json': json }));
    expect(loaded.map(({ config }) => `${config.name} ${config.version}`)).toEqual(['aa 1', 'bb 2']);
  });

  test('mistakes are told with the line where they are, those of the shared keys once', async () => {
    const yaml = `${shared}priority: vital
packages:
  - name: hello
    service: {exec: ./hello, port: 8080, keep: many}
  - name: Admin
    nam: admin
  - depends: ["libc6 (> 2)"]
`;
    expect(await complaints(yaml)).toEqual([
      'mkdeb.yaml:4:11: priority is "vital"; expected one of "required", "important", "standard", "optional"',
      'mkdeb.yaml:7:48: service.keep is "many"; expected a whole number from 0 to 100',
      'mkdeb.yaml:8:11: name is "Admin"; expected a Debian package name: at least two lower-case letters, digits and + - . , a letter or digit first (Policy 5.6.1)',
      'mkdeb.yaml:9:5: unknown key "nam"; did you mean "name"?',
      'mkdeb.yaml:10:5: name is missing; add "name: my-app"',
      'mkdeb.yaml:10:15: depends[0] is "libc6 (> 2)"; ">" is obsolete (Policy 7.1); write "libc6 (>= 2)" or "libc6 (>> 2)"',
    ]);
  });

  test.each([
    [
      'packages: hello',
      '1:11: packages is "hello"; expected a list such as [{name: my-app, dir: app}, {name: my-worker, dir: worker}]',
    ],
    [
      'packages: []',
      '1:11: packages is a list; expected a list such as [{name: my-app, dir: app}, {name: my-worker, dir: worker}]',
    ],
    ['packages: [hello]', '1:12: packages[0] is "hello"; expected a map such as {name: my-app}'],
    [
      'packages: [{packages: []}]',
      '1:23: packages[0].packages is a list; a package has no packages of its own',
    ],
    [
      'name: hello\n---\nname: world',
      '2:1: a second document begins here; several packages stand in one, as a list: "packages: [{name: …}, …]"',
    ],
    ['packages: [{dir: none}]', '1:18: dir is "none"; there is no such directory in '],
  ])('%s', async (yaml, expected) => {
    expect((await complaints(`${yaml}\n`))[0]).toContain(`mkdeb.yaml:${expected}`);
  });
});

describe('several architectures', () => {
  const arches = async (arch: string, option?: string) => {
    const dir = appDirectory({ 'mkdeb.yaml': `name: hello\n${arch}${shared}` });
    const loaded = await loadConfigs(dir, option === undefined ? {} : { arch: option });
    return loaded.map(({ config, isForSeveral }) => [config.arch, isForSeveral]);
  };

  test('make a package each', async () => {
    expect(await arches('arch: [amd64, aarch64]\n')).toEqual([
      ['amd64', true],
      ['arm64', true],
    ]);
    expect(await arches('arch: [arm7]\n')).toEqual([['armhf', false]]);
    expect(await arches('')).toEqual([['auto', false]]);
  });

  test('--arch goes before the file', async () => {
    expect(await arches('arch: [amd64, arm64]\n', 'riscv64')).toEqual([['riscv64', false]]);
    expect(await arches('deb: {arch: amd64}\n', 'i386, x86_64')).toEqual([
      ['i386', true],
      ['amd64', true],
    ]);
  });

  test('contents call theirs ${ARCH} and ${GOARCH}, the environment’s notwithstanding', async () => {
    const dir = appDirectory({
      'mkdeb.yaml': `name: hello\narch: [amd64, armhf, i386]\n${shared}contents: [{src: "\${ARCH}/\${GOARCH}", dst: /opt/x, expand: true}]\n`,
    });
    process.env['ARCH'] = 'mine';
    try {
      const loaded = await loadConfigs(dir);
      expect(loaded.map(({ config }) => config.packaging.contents[0]?.src)).toEqual([
        'amd64/amd64',
        'armhf/arm',
        'i386/386',
      ]);
      expect(loaded.flatMap(({ warnings }) => warnings)).toEqual([]);
    } finally {
      delete process.env['ARCH'];
    }
  });

  test.each([
    ['arch: [amd64, amd46]', '1:15: arch[1] is "amd46"; did you mean "amd64"?'],
    ['arch: [amd64, x86_64]', '1:15: arch[1] is "x86_64"; it is given twice'],
    ['arch: [amd64, all]', '1:15: arch[1] is "all"; expected one of '],
    ['arch: []', '1:7: arch is a list; expected at least one architecture'],
    ['arch: {a: b}', '1:7: arch is a map; expected one of '],
    [
      'arch: [amd64, arm64]\ndeb: {arch: amd64}',
      '2:13: deb.arch is "amd64"; it goes before arch, which names several; leave it out',
    ],
    [
      'multiArch: foreign\ndeb: {fields: {multi-arch: same}}',
      '2:28: deb.fields.multi-arch is "same"; multiArch makes this field; keep one of the two',
    ],
    ['multiArch: sane', '1:12: multiArch is "sane"; did you mean "same"?'],
    [
      'deb: {fields: {Multi-Arch: yes}}',
      '1:28: deb.fields.Multi-Arch is "yes"; expected one of no, same, foreign, allowed (deb-control(5))',
    ],
  ])('%s', async (yaml, expected) => {
    expect((await complaints(`${yaml}\nname: hello\n${shared}`))[0]).toContain(`mkdeb.yaml:${expected}`);
  });

  test.each([
    ['amd64,amd46', '--arch is "amd64,amd46"; "amd46": did you mean "amd64"?'],
    ['amd64,all', '--arch is "amd64,all"; "all": expected one of '],
    ['amd64,x86_64', '--arch is "amd64,x86_64"; "x86_64" is given twice'],
    ['amd64,', '--arch is "amd64,"; "": expected one of '],
  ])('--arch %s', async (arch, expected) => {
    const dir = appDirectory({ 'mkdeb.yaml': `name: hello\n${shared}` });
    await expect(loadConfigs(dir, { arch })).rejects.toThrow(expected);
  });
});
