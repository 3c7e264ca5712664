import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { mkdeb, type Ran } from '../cli/mkdeb.ts';
import { AptClient } from './apt-client.ts';
import { type Keys, makeKeys } from './keys.ts';

let keys: Keys;
let pool: string;

beforeAll(() => {
  keys = makeKeys();
  pool = mkdtempSync(join(tmpdir(), 'mkdeb-pool-'));
  for (const [version, architecture] of [
    ['1.0', 'all'],
    ['1.1', 'all'],
    ['2.0', 'arm64'],
  ] as const) {
    const root = join(pool, 'root');
    mkdirSync(join(root, 'DEBIAN'), { recursive: true });
    writeFileSync(
      join(root, 'DEBIAN/control'),
      `Package: hello\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: Ada <ada@example.org>\nDescription: says hello\n`,
    );
    const deb = join(pool, `hello_${version}_${architecture}.deb`);
    execFileSync('dpkg-deb', ['--build', '-Zzstd', '--root-owner-group', root, deb], { stdio: 'ignore' });
  }
}, 60_000);
afterAll(() => {
  keys?.dispose();
  rmSync(pool, { recursive: true, force: true });
});

/** A folder `repo` with packages, and room beside it. */
function workplace(...debs: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-repo-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'repo'));
  for (const deb of debs) add(dir, deb);
  return dir;
}

function add(dir: string, deb: string): void {
  copyFileSync(join(pool, deb), join(dir, 'repo', deb));
}

const repo = (dir: string, ...args: string[]): Ran => mkdeb(dir, ['repo', 'repo', ...args], { TMPDIR: dir });

/** Makes the repository, and what a server would be given, the key in its place. */
function sourcesOf(dir: string, ...args: string[]): string {
  const { status, stdout, stderr } = repo(dir, '--json', ...args);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { sources, keyring } = JSON.parse(stdout) as { sources: string; keyring: string };
  return sources.replace(keyring, join(dir, 'repo/key.asc'));
}

test('apt finds the packages of a signed repository, all versions, and fetches them', async () => {
  const dir = workplace('hello_1.0_all.deb', 'hello_1.1_all.deb', 'hello_2.0_arm64.deb');
  const apt = new AptClient(join(dir, 'amd64'));
  apt.use(sourcesOf(dir, '--sign', keys.ada.secret, '--origin', 'Hello Team'));
  const update = await apt.update();
  expect(update.said).not.toMatch(/^[EWN]:/m);
  expect(update.exitCode).toBe(0);
  expect(await apt.versions()).toEqual(['1.1', '1.0']);
  expect((await apt.run('apt-get', '-q', '--simulate', 'install', 'hello')).said).toMatch(
    /^Inst hello \(1\.1 Hello Team:stable \[all\]\)$/m,
  );
  const arm = new AptClient(join(dir, 'arm64'), 'arm64');
  arm.use(sourcesOf(dir, '--sign', keys.ada.secret));
  expect(await arm.update()).toMatchObject({ exitCode: 0 });
  expect(await arm.versions()).toEqual(['2.0', '1.1', '1.0']);
});

test('it has an index in three forms, by hash, and one signature in each place', () => {
  const dir = workplace('hello_1.0_all.deb');
  sourcesOf(dir, '--sign', keys.ada.secret);
  const suite = join(dir, 'repo/dists/stable');
  expect(readdirSync(suite).sort()).toEqual(['InRelease', 'Release', 'Release.gpg', 'main']);
  expect(readdirSync(join(suite, 'main')).sort()).toEqual(['binary-all', 'binary-amd64', 'binary-arm64']);
  const folder = join(suite, 'main/binary-amd64');
  expect(readdirSync(folder).sort()).toEqual(['Packages', 'Packages.gz', 'Packages.xz', 'by-hash']);
  expect(readdirSync(join(folder, 'by-hash/SHA256'))).toHaveLength(3);
  expect(readFileSync(join(suite, 'Release'), 'utf8')).toMatch(/^Acquire-By-Hash: yes$/m);
  const keyring = join(dir, 'ada.pgp');
  execFileSync('gpg', ['--dearmor', '--output', keyring, join(dir, 'repo/key.asc')], { stdio: 'ignore' });
  const gpgv = (...args: string[]) =>
    execFileSync('gpgv', ['--keyring', keyring, ...args], { stdio: 'pipe' });
  gpgv(join(suite, 'InRelease'));
  gpgv(join(suite, 'Release.gpg'), join(suite, 'Release'));
});

test('a new version is found, a removed one is gone', async () => {
  const dir = workplace('hello_1.0_all.deb');
  const apt = new AptClient(join(dir, 'client'));
  apt.use(sourcesOf(dir, '--sign', keys.ada.secret, '--origin', 'Hello Team'));
  expect(await apt.update()).toMatchObject({ exitCode: 0 });
  add(dir, 'hello_1.1_all.deb');
  rmSync(join(dir, 'repo/hello_1.0_all.deb'));
  // What it has said of itself it goes on saying: apt refuses a repository that does not.
  sourcesOf(dir, '--sign', keys.ada.secret);
  expect(await apt.update()).toMatchObject({ exitCode: 0, said: expect.not.stringMatching(/^[EWN]:/m) });
  expect(await apt.versions()).toEqual(['1.1']);
  rmSync(join(dir, 'repo/hello_1.1_all.deb'));
  sourcesOf(dir, '--sign', keys.ada.secret);
  expect(await apt.update()).toMatchObject({ exitCode: 0 });
  expect(await apt.versions()).toEqual([]);
});

test('apt refuses what another key has signed, and what is not signed', async () => {
  const dir = workplace('hello_1.0_all.deb');
  const apt = new AptClient(join(dir, 'client'));
  const sources = sourcesOf(dir, '--sign', keys.bob.secret);
  apt.use(sources.replace(/Signed-By: .*/, `Signed-By: ${keys.ada.public}`));
  const update = await apt.update();
  expect(update.said).toContain('NO_PUBKEY');
  expect(update.exitCode).toBe(100);
  expect(await apt.versions()).toEqual([]);

  const unsigned = sourcesOf(dir, '--unsigned');
  expect(await apt.update()).toMatchObject({ exitCode: 100 });
  expect(unsigned).toContain('\nTrusted: yes\n');
  apt.use(unsigned);
  expect(await apt.update()).toMatchObject({ exitCode: 0 });
  expect(await apt.versions()).toEqual(['1.0']);
});

test('a client in the midst of `apt update` is not broken by a new repository', async () => {
  const dir = workplace('hello_1.0_all.deb');
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    asked.push(path);
    // It has the old InRelease by now.
    if (/Packages|by-hash/.test(path) && !existsSync(join(dir, 'repo/hello_1.1_all.deb'))) {
      add(dir, 'hello_1.1_all.deb');
      sourcesOf(dir, '--sign', keys.ada.secret);
    }
    const file = join(dir, 'repo', path);
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apt = new AptClient(join(dir, 'client'));
  apt.use(sourcesOf(dir, '--sign', keys.ada.secret, '--url', url));
  expect(await apt.update()).toMatchObject({ exitCode: 0, said: expect.not.stringMatching(/^[EW]:/m) });
  expect(asked.some((path) => path.includes('/by-hash/SHA256/'))).toBe(true);
  expect(await apt.versions()).toEqual(['1.0']);
  asked = [];
  expect(await apt.update()).toMatchObject({ exitCode: 0 });
  expect(await apt.versions()).toEqual(['1.1', '1.0']);
});

test('it tells what to put on servers', () => {
  const dir = workplace('hello_1.0_all.deb');
  const { stdout } = repo(
    dir,
    '--sign',
    keys.ada.secret,
    '--url',
    'https://apt.example.org/',
    '--suite',
    'bookworm',
  );
  expect(stdout).toBe(`repo: 1 package, for all, amd64, arm64, signed by ${keys.ada.fingerprint}

the key, on each server:

  curl -fsSL --create-dirs https://apt.example.org/key.asc -o /etc/apt/keyrings/repo.asc

/etc/apt/sources.list.d/repo.sources there:

  Types: deb
  URIs: https://apt.example.org
  Suites: bookworm
  Components: main
  Signed-By: /etc/apt/keyrings/repo.asc
`);
});

test.each<[string, (dir: string) => string[] | Promise<string[]>, RegExp]>([
  ['neither a key nor --unsigned', () => [], /^a repository is signed: give --sign \[KEY\]; or --unsigned/],
  ['both', () => ['--unsigned', '--sign', 'x'], /^--sign and --unsigned exclude each other/],
  ['an expired key', () => ['--sign', keys.expired.secret], /the key has expired/],
  ['a suite that is a path', () => ['--unsigned', '--suite', '../x'], /^--suite is "\.\.\/x"; expected/],
  [
    'an address that is none',
    () => ['--unsigned', '--url', 'apt.example.org'],
    /^--url is "apt\.example\.org"; expected/,
  ],
  ['an origin of two lines', () => ['--unsigned', '--origin', 'a\nb'], /^--origin is "a\\nb"; expected/],
  [
    'half a package',
    (dir) => {
      writeFileSync(
        join(dir, 'repo/half.deb'),
        readFileSync(join(pool, 'hello_1.1_all.deb')).subarray(0, 300),
      );
      return ['--unsigned'];
    },
    /^repo\/half\.deb: (cut off|broken)/,
  ],
  [
    'the same package twice',
    (dir) => {
      cpSync(join(dir, 'repo/hello_1.0_all.deb'), join(dir, 'repo/again.deb'));
      return ['--unsigned'];
    },
    /^again\.deb and hello_1\.0_all\.deb are both hello 1\.0 for all: /,
  ],
  [
    'a name that apt can’t fetch',
    (dir) => {
      cpSync(join(dir, 'repo/hello_1.0_all.deb'), join(dir, 'repo/hello (1).deb'));
      return ['--unsigned'];
    },
    /^repo\/hello \(1\)\.deb: apt can’t fetch a file of this name; rename it/,
  ],
  [
    'a folder without packages',
    (dir) => {
      rmSync(join(dir, 'repo/hello_1.0_all.deb'));
      return ['--unsigned'];
    },
    /^repo: there is no package in it; expected files that end in \.deb/,
  ],
  [
    'no folder',
    (dir) => {
      rmSync(join(dir, 'repo'), { recursive: true });
      return ['--unsigned'];
    },
    /^repo: there is no such folder/,
  ],
])('refuses %s, and writes nothing', async (_, make, message) => {
  const dir = workplace('hello_1.0_all.deb');
  const { status, stderr, stdout } = repo(dir, ...(await make(dir)));
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(2);
  expect(existsSync(join(dir, 'repo/dists'))).toBe(false);
  expect(existsSync(join(dir, 'repo/key.asc'))).toBe(false);
});
