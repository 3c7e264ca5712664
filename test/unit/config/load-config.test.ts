import { describe, expect, test } from 'vitest';
import { appDirectory } from './app-directory.ts';
import { loadConfig } from './load-one.ts';

const packageJson = {
  name: '@acme/Hello_App',
  version: '1.2.0-rc.1',
  description: 'A web greeter.',
  author: 'Ada Lovelace <ada@example.org> (https://example.org)',
  homepage: 'https://example.org/hello',
  license: 'MIT',
  main: 'server.js',
  engines: { node: '>=18' },
};

test('a Node app needs package.json and a port, no more', async () => {
  const dir = appDirectory({ 'package.json': packageJson, 'mkdeb.yaml': 'service:\n  port: 8080\n' });
  const { config, warnings } = await loadConfig(dir);
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    name: 'hello-app',
    version: '1.2.0~rc.1',
    arch: 'auto',
    maintainer: 'Ada Lovelace <ada@example.org>',
    synopsis: 'web greeter',
    section: 'net',
    priority: 'optional',
    homepage: 'https://example.org/hello',
    license: 'MIT',
    relations: { depends: ['nodejs (>= 18)'] },
    ignore: [],
    service: {
      exec: ['node', 'server.js'],
      listeners: [{ address: null, port: 8080 }],
      listen: 'fd',
      handoff: 'reuseport',
      health: {
        path: null,
        status: [200, 399],
        body: null,
        within: 30_000,
        interval: 500,
        timeout: 2_000,
        times: 3,
      },
      drain: { wait: 10_000, limit: 60_000, idle: 2_000, stop: 30_000 },
      keep: 3,
      user: 'hello-app',
      environment: {},
      workers: 1,
      preload: true,
      unit: [],
    },
  });
  expect(config.description).toContain('hello-app on port 8080');
  expect(config.description.split('\n').every((line) => line.length < 79)).toBe(true);
});

test('the port may be in package.json too', async () => {
  const dir = appDirectory({ 'package.json': { ...packageJson, mkdeb: { service: { port: 8080 } } } });
  const { config } = await loadConfig(dir);
  expect(config.service?.listeners).toEqual([{ address: null, port: 8080 }]);
});

test('without service the package only ships files, and says so', async () => {
  const { config, warnings } = await loadConfig(appDirectory({ 'package.json': packageJson }));
  expect(config.service).toBeNull();
  expect(config.section).toBe('misc');
  expect(config.relations).toEqual({});
  expect(warnings).toEqual([expect.stringContaining('will only ship files')]);
});

test('everything that mkdeb.yaml says is kept', async () => {
  const yaml = `
name: hello
version: 1:2.0~rc1+git20261122-1
arch: arm7
maintainer: Ada Lovelace <ada@example.org>
description: |
  greets people over HTTP

  It greets them by name.
  And says farewell.
depends: [nodejs (>= 20), libc6 (>= 2.36)]
conflicts: ["hello-classic"]
ignore: ["/docs"]
service:
  exec: node --title='a b' server.js
  port: [8080, "127.0.0.1:8081", "[::1]:8082"]
  listen: self
  health: {path: /healthz, expect: {status: 2xx, body: fine}, within: 1m, times: 3}
  drain: {wait: 5s, limit: 2m}
  keep: 1
  user: ada
  environment: {NODE_ENV: production, VERSION: 1.10, DEBUG: true, MASK: 0022}
  unit:
    Unit: {After: postgresql.service}
    Service: {MemoryMax: 512M, ReadWritePaths: [/srv/a, /srv/b], OOMScoreAdjust: 010}
`;
  const { config, warnings } = await loadConfig(
    appDirectory({ 'mkdeb.yaml': yaml, 'package.json': packageJson }),
  );
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    name: 'hello',
    version: '1:2.0~rc1+git20261122-1',
    arch: 'armhf',
    synopsis: 'greets people over HTTP',
    description: 'It greets them by name.\nAnd says farewell.',
    relations: { depends: ['nodejs (>= 20)', 'libc6 (>= 2.36)'], conflicts: ['hello-classic'] },
    ignore: ['/docs'],
    service: {
      exec: ['node', '--title=a b', 'server.js'],
      listeners: [
        { address: null, port: 8080 },
        { address: '127.0.0.1', port: 8081 },
        { address: '::1', port: 8082 },
      ],
      listen: 'self',
      health: { path: '/healthz', status: [200, 299], body: 'fine', within: 60_000, times: 3 },
      drain: { wait: 5_000, limit: 120_000 },
      keep: 1,
      user: 'ada',
      environment: { NODE_ENV: 'production', VERSION: '1.10', DEBUG: 'true', MASK: '0022' },
      unit: [
        ['Unit', 'After', 'postgresql.service'],
        ['Service', 'MemoryMax', '512M'],
        ['Service', 'ReadWritePaths', '/srv/a'],
        ['Service', 'ReadWritePaths', '/srv/b'],
        ['Service', 'OOMScoreAdjust', '010'],
      ],
    },
  });
});

test('a version that looks like a number is taken as it is spelt', async () => {
  const dir = appDirectory({ 'package.json': packageJson, 'mkdeb.yaml': 'version: 1.10\n' });
  expect((await loadConfig(dir)).config.version).toBe('1.10');
});

test.each([
  ['exec: node server.js', true],
  ['exec: [/bin/sh, -c, "exec node $X server.js"]', true],
  ['exec: ./node_modules/.bin/next start', true],
  ['exec: ./start.sh', false],
  ['exec: ./start.sh, preload: true', true],
  ['exec: node server.js, preload: false', false],
  ['exec: node server.js, listen: self', false],
])('a Node app gets the preload, unless it is turned off: %s', async (service, preload) => {
  const dir = appDirectory({
    'package.json': packageJson,
    'mkdeb.yaml': `service: { port: 8080, ${service} }\n`,
  });
  expect((await loadConfig(dir)).config.service?.preload).toBe(preload);
});

test('the command line goes before the file', async () => {
  const dir = appDirectory({ 'package.json': packageJson, 'mkdeb.yaml': 'version: 1.0\narch: all\n' });
  const { config } = await loadConfig(dir, { version: '2:3-4', arch: 'x86_64' });
  expect(config).toMatchObject({ version: '2:3-4', arch: 'amd64' });
});

test('a shorter limit shortens the defaults under it', async () => {
  const service = { port: 80, drain: '1s', health: { path: '/', within: '100ms' } };
  const { config } = await loadConfig(
    appDirectory({ 'package.json': { ...packageJson, mkdeb: { service } } }),
  );
  expect(config.service?.drain).toMatchObject({ wait: 1_000, limit: 1_000, idle: 1_000 });
  expect(config.service?.health).toMatchObject({ within: 100, interval: 100, timeout: 100 });
});

test('a longer part lengthens the default limit', async () => {
  const service = { port: 80, drain: { wait: '5m' }, health: { path: '/', timeout: '40s' } };
  const { config } = await loadConfig(
    appDirectory({ 'package.json': { ...packageJson, mkdeb: { service } } }),
  );
  expect(config.service?.drain).toMatchObject({ wait: 300_000, limit: 300_000 });
  expect(config.service?.health).toMatchObject({ within: 40_000, timeout: 40_000 });
});

describe('scripts.start', () => {
  const serviceOf = async (start: string, files: Readonly<Record<string, string>> = {}) => {
    const json = { ...packageJson, scripts: { start }, mkdeb: { service: { port: 80 } } };
    return (await loadConfig(appDirectory({ 'package.json': json, ...files }))).config;
  };

  test('variables before the command become the environment', async () => {
    const { service } = await serviceOf("NODE_ENV=production GREETING='a b' node server.js");
    expect(service).toMatchObject({
      exec: ['node', 'server.js'],
      environment: { NODE_ENV: 'production', GREETING: 'a b' },
    });
  });

  test('what needs a shell gets one, which becomes the app', async () => {
    const { service, relations } = await serviceOf('node server.js --home $HOME');
    expect(service?.exec).toEqual(['/bin/sh', '-c', 'exec node server.js --home $HOME']);
    expect(relations.depends).toEqual(['nodejs (>= 18)']);
  });

  test('a program of a dependency is named where it is', async () => {
    const { service, relations } = await serviceOf('serve -l 80', { 'node_modules/.bin/serve': '' });
    expect(service?.exec).toEqual(['./node_modules/.bin/serve', '-l', '80']);
    expect(relations.depends).toEqual(['nodejs (>= 18)']);
  });

  test('an app that brings its Node needs none of the host', async () => {
    const dir = appDirectory({
      'package.json': { ...packageJson, scripts: { start: 'node server.js' } },
      'mkdeb.yaml': 'service: {port: 8080, node: 22.10}\n',
    });
    const { service, relations } = (await loadConfig(dir)).config;
    expect(service).toMatchObject({ node: '22.10', exec: ['node', 'server.js'], preload: true });
    expect(relations).toEqual({});
  });

  test('a program of the app needs no Node', async () => {
    const { service, relations } = await serviceOf('bin/hello');
    expect(service?.exec).toEqual(['./bin/hello']);
    expect(relations).toEqual({});
  });
});

describe('descriptions follow Policy 3.4.1', () => {
  test.each([
    ['The hello-app: a web greeter.', 'web greeter'],
    ['hello-app is a thing that greets', 'thing that greets'],
    ['Greets people. And more.', 'Greets people'],
    ['greeter', 'greeter application'],
  ])('%s', async (description, synopsis) => {
    const { config } = await loadConfig(appDirectory({ 'package.json': { ...packageJson, description } }));
    expect(config.synopsis).toBe(synopsis);
    expect(config.description).not.toBe('');
  });

  test('a long one is cut at a word and goes on in the extended description', async () => {
    const description = `greets ${'people and more '.repeat(8)}`.trim();
    const { config } = await loadConfig(appDirectory({ 'package.json': { ...packageJson, description } }));
    expect(config.synopsis.length).toBeLessThan(80);
    expect(config.description.replaceAll('\n', ' ')).toContain(description);
  });

  test('a given one is kept and warned about', async () => {
    const dir = appDirectory({
      'package.json': packageJson,
      'mkdeb.yaml': 'description: The greeter.\nservice: {port: 80}\n',
    });
    const { config, warnings } = await loadConfig(dir);
    expect(config.synopsis).toBe('The greeter.');
    expect(warnings).toEqual([
      `${dir}/mkdeb.yaml:1:14: the description’s first line starts with an article, ends with a dot`,
    ]);
  });
});

test('warnings: an unknown systemd setting, an unknown section, root', async () => {
  const yaml = 'section: nett\nservice: {port: 80, user: root, unit: {Service: {MemoryMx: 1}}}\n';
  const dir = appDirectory({ 'package.json': packageJson, 'mkdeb.yaml': yaml });
  expect((await loadConfig(dir)).warnings.map((warning) => warning.replace(`${dir}/`, ''))).toEqual([
    'mkdeb.yaml:2:50: systemd 252 knows no MemoryMx in [Service]; did you mean "MemoryMax"?',
    'mkdeb.yaml:2:27: the app will run as root; leave user out for a system user of its own',
    'mkdeb.yaml:1:10: Debian has no section "nett"; did you mean "net"?',
  ]);
});
