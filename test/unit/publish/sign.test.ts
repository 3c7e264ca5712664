import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { debsigPolicy, type Key, type Keys, makeKeys, passphrase } from './keys.ts';

let keys: Keys;
/** Built once, signed by nobody. */
let built: string;
let folder: string;

beforeAll(() => {
  keys = makeKeys();
  folder = mkdtempSync(join(tmpdir(), 'mkdeb-sign-'));
  mkdirSync(join(folder, 'app'));
  for (const [path, text] of Object.entries(app)) writeFileSync(join(folder, 'app', path), text);
  expect(mkdeb(folder, ['build', 'app'])).toMatchObject({ status: 0 });
  built = join(folder, 'hello_1.2.0_all.deb');
}, 60_000);
afterAll(() => {
  keys?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const app = {
  'mkdeb.yaml':
    'name: hello\nversion: 1.2.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Twice.\n',
  hello: '#!/bin/sh\necho hello\n',
};

/** A folder with the app in `app/` and its unsigned package. */
function workplace(): string {
  const dir = appDirectory(
    Object.fromEntries(Object.entries(app).map(([path, text]) => [`app/${path}`, text])),
  );
  copyFileSync(built, join(dir, 'hello.deb'));
  return dir;
}

const signing = (dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  mkdeb(dir, args, { GNUPGHOME: keys.home, TMPDIR: dir, ...env });

/** debsig-verify's word on a package, where it trusts one key. */
function verified(dir: string, deb: string, key: Key): { status: number | null; said: string } {
  const policy = debsigPolicy(join(dir, 'debsig'), key);
  const { status, stdout, stderr } = spawnSync('debsig-verify', ['--verbose', ...policy, join(dir, deb)], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

const members = (deb: string) => execFileSync('ar', ['t', deb], { encoding: 'utf8' }).trim().split('\n');

describe('mkdeb build --sign', () => {
  test.each(['zstd', 'xz', 'gzip', 'none'])('makes a package that debsig-verify accepts (%s)', (method) => {
    const dir = workplace();
    const { status, stdout, stderr } = signing(dir, [
      'build',
      'app',
      '--sign',
      keys.ada.fingerprint,
      '--compress',
      method,
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(`\nsigned (origin) by ${keys.ada.fingerprint}\n`);
    const deb = 'hello_1.2.0_all.deb';
    expect(verified(dir, deb, keys.ada)).toMatchObject({ status: 0 });
    expect(members(join(dir, deb)).slice(3)).toEqual(['_gpgorigin']);
    expect(execFileSync('dpkg-deb', ['--field', join(dir, deb), 'Version'], { encoding: 'utf8' })).toBe(
      '1.2.0\n',
    );
  });

  test('leaves the bytes of the package as they are without it', () => {
    const dir = workplace();
    expect(signing(dir, ['build', 'app', '--sign', 'ada@example.org'])).toMatchObject({ status: 0 });
    const signed = readFileSync(join(dir, 'hello_1.2.0_all.deb'));
    const unsigned = readFileSync(built);
    expect(signed.length).toBeGreaterThan(unsigned.length);
    expect(signed.subarray(0, unsigned.length).equals(unsigned)).toBe(true);
  });

  test('--json tells the key', () => {
    const dir = workplace();
    const { stdout } = signing(dir, ['build', 'app', '--json', '--sign', keys.bob.secret]);
    expect(JSON.parse(stdout)).toMatchObject({
      signed: { type: 'origin', fingerprint: keys.bob.fingerprint },
    });
  });

  test('with an exported key takes nothing else from gpg, and leaves nothing of the key', () => {
    const dir = workplace();
    mkdirSync(join(dir, 'nobody'), { mode: 0o700 });
    const env = { GNUPGHOME: join(dir, 'nobody') };
    expect(signing(dir, ['build', 'app', '--sign', keys.ada.secret], env)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(verified(dir, 'hello_1.2.0_all.deb', keys.ada)).toMatchObject({ status: 0 });
    expect(readdirSync(dir).sort()).toEqual(['app', 'debsig', 'hello.deb', 'hello_1.2.0_all.deb', 'nobody']);
    expect(readdirSync(join(dir, 'nobody'))).toEqual([]);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(
      join(dir, 'mkdeb-gnupg-'),
    );
  });

  test('takes the passphrase from a file or the environment', () => {
    const dir = workplace();
    writeFileSync(join(dir, 'secret'), `${passphrase}\nnot this\n`);
    const file = ['build', 'app', '--sign', keys.locked.secret, '--passphrase-file', 'secret'];
    expect(signing(dir, file)).toMatchObject({ status: 0, stderr: '' });
    const variable = ['build', 'app', '--sign', keys.locked.secret];
    expect(signing(dir, variable, { MKDEB_PASSPHRASE: passphrase })).toMatchObject({ status: 0, stderr: '' });
    expect(verified(dir, 'hello_1.2.0_all.deb', keys.locked)).toMatchObject({ status: 0 });
  });

  const refused: [string, (dir: string) => [args: string[], env?: Record<string, string>], RegExp][] = [
    [
      'a key that gpg does not have',
      () => [['--sign', 'nobody@example.org']],
      /^--sign is "nobody@example\.org"; gpg has no such secret key/,
    ],
    ['an expired key', () => [['--sign', keys.expired.fingerprint]], /; the key has expired, is revoked/],
    [
      'an expired key in a file',
      () => [['--sign', keys.expired.secret]],
      /expired\.asc"; the key has expired, is revoked/,
    ],
    [
      'a wrong passphrase',
      () => [['--sign', keys.locked.secret], { MKDEB_PASSPHRASE: 'wrong' }],
      /; the passphrase is wrong: give it by --passphrase-file or MKDEB_PASSPHRASE/,
    ],
    [
      'a missing passphrase',
      () => [['--sign', keys.locked.secret]],
      /; the key has a passphrase: give it by --passphrase-file or MKDEB_PASSPHRASE/,
    ],
    [
      'a public key',
      () => [['--sign', keys.ada.public]],
      /; the file holds a public key only, expected what gpg --export-secret-keys writes/,
    ],
    [
      'a file that is no key',
      () => [['--sign', './app/hello']],
      /^--sign is "\.\/app\/hello"; the file holds no OpenPGP key/,
    ],
    [
      'a file that is not there',
      () => [['--sign', 'key.asc']],
      /^--sign is "key\.asc"; the key’s file cannot be read/,
    ],
    [
      'a passphrase file that is not there',
      () => [['--sign', '--passphrase-file', 'none']],
      /^--passphrase-file is "none"; it cannot be read/,
    ],
    [
      'an empty passphrase file',
      (dir) => [['--sign', '--passphrase-file', join(dir, 'app/empty')]],
      /empty"; its first line is empty/,
    ],
    [
      'a passphrase for nothing',
      () => [['--passphrase-file', 'none']],
      /^--passphrase-file is for --sign KEY; there is none/,
    ],
    ['another type', () => [['--sign', '--sign-type', 'orgin']], /^--sign-type is "orgin"; .*"?origin/],
    [
      'a machine without gpg',
      (dir) => [['--sign', keys.ada.secret], { PATH: pathWithout(dir, 'gpg') }],
      /^to sign, gpg is needed, and it is not installed: apt install gpg/,
    ],
  ];
  test.each(refused)('refuses %s with one line, and leaves nothing', (_, make, message) => {
    const dir = workplace();
    writeFileSync(join(dir, 'app/empty'), '');
    const [args, env = {}] = make(dir);
    const before = readdirSync(dir);
    const { status, stderr, stdout } = signing(dir, ['build', 'app', ...args], env);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(readdirSync(dir)).toEqual(before);
  });
});

describe('mkdeb sign', () => {
  test('signs packages that exist, whoever made them', () => {
    const dir = workplace();
    mkdirSync(join(dir, 'root/DEBIAN'), { recursive: true });
    writeFileSync(join(dir, 'root/DEBIAN/control'), execFileSync('dpkg-deb', ['--field', built]));
    execFileSync('dpkg-deb', ['--build', join(dir, 'root'), join(dir, 'other.deb')], { stdio: 'ignore' });
    const { status, stdout } = signing(dir, ['sign', '--sign', keys.ada.secret, 'hello.deb', 'other.deb']);
    expect(status).toBe(0);
    expect(stdout).toBe(
      ['hello.deb', 'other.deb']
        .map((deb) => `${deb}: signed (origin) by ${keys.ada.fingerprint}\n`)
        .join(''),
    );
    for (const deb of ['hello.deb', 'other.deb'])
      expect(verified(dir, deb, keys.ada)).toMatchObject({ status: 0 });
  });

  test('replaces a signature of the same type, and keeps others', () => {
    const dir = workplace();
    for (const [key, type] of [
      [keys.bob, 'maint'],
      [keys.bob, 'origin'],
      [keys.ada, 'origin'],
    ] as const) {
      expect(signing(dir, ['sign', 'hello.deb', '--sign', key.secret, '--sign-type', type])).toMatchObject({
        status: 0,
      });
    }
    expect(members(join(dir, 'hello.deb')).slice(3)).toEqual(['_gpgmaint', '_gpgorigin']);
    expect(verified(dir, 'hello.deb', keys.ada)).toMatchObject({ status: 0 });
    expect(verified(workplaceOf(dir), 'hello.deb', keys.bob).status).not.toBe(0);
    const unsigned = readFileSync(built);
    expect(readFileSync(join(dir, 'hello.deb')).subarray(0, unsigned.length).equals(unsigned)).toBe(true);
  });

  test('its signature and debsigs’ are the same thing', () => {
    const dir = workplace();
    // It knows no zstd.
    const gzip = ['build', 'app', '-o', 'x.deb', '--compress', 'gzip'];
    expect(mkdeb(dir, gzip)).toMatchObject({ status: 0 });
    execFileSync('debsigs', ['--sign=origin', `--default-key=${keys.ada.fingerprint}`, 'x.deb'], {
      cwd: dir,
      env: { ...process.env, GNUPGHOME: keys.home },
      stdio: 'ignore',
    });
    expect(verified(dir, 'x.deb', keys.ada)).toMatchObject({ status: 0 });
    const theirs = members(join(dir, 'x.deb'));
    expect(signing(dir, ['sign', 'x.deb', '--sign', keys.bob.secret])).toMatchObject({ status: 0 });
    expect(members(join(dir, 'x.deb'))).toEqual(theirs);
    expect(verified(dir, 'x.deb', keys.bob)).toMatchObject({ status: 0 });
  });

  test('what is changed afterwards is refused', () => {
    const dir = workplace();
    expect(signing(dir, ['sign', 'hello.deb', '--sign', keys.ada.secret])).toMatchObject({ status: 0 });
    const bytes = readFileSync(join(dir, 'hello.deb'));
    const at = bytes.indexOf('data.tar') + 60 + 40;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(join(dir, 'hello.deb'), bytes);
    expect(verified(dir, 'hello.deb', keys.ada).status).not.toBe(0);
  });

  test('nobody’s signature is taken for the trusted key’s', () => {
    const dir = workplace();
    expect(verified(dir, 'hello.deb', keys.ada).status).not.toBe(0);
    expect(signing(dir, ['sign', 'hello.deb', '--sign', keys.bob.secret])).toMatchObject({ status: 0 });
    expect(verified(dir, 'hello.deb', keys.ada).status).not.toBe(0);
  });

  test.each([
    ['no package', 'app/hello', /^app\/hello: not a Debian package/],
    ['no file', 'none.deb', /^none\.deb: there is no such file\n$/],
    ['half a package', 'half.deb', /^half\.deb: cut off: /],
  ])('refuses %s, and signs nothing', (_, file, message) => {
    const dir = workplace();
    const whole = readFileSync(built);
    writeFileSync(join(dir, 'half.deb'), whole.subarray(0, whole.length - 10));
    const { status, stderr } = signing(dir, ['sign', 'hello.deb', file, '--sign', keys.ada.secret]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(readFileSync(join(dir, 'hello.deb')).equals(whole)).toBe(true);
  });
});

test('--checksums writes what sha256sum -c accepts', () => {
  const dir = workplace();
  mkdirSync(join(dir, 'out'));
  const { status, stdout } = mkdeb(dir, ['build', 'app', '-o', 'out/', '--checksums']);
  expect(status).toBe(0);
  expect(stdout).toContain('out/hello_1.2.0_all.deb.sha256: its SHA-256\n');
  const check = (cwd: string, file: string) =>
    execFileSync('sha256sum', ['--check', '--strict', file], { cwd, encoding: 'utf8' });
  expect(check(join(dir, 'out'), 'hello_1.2.0_all.deb.sha256')).toBe('hello_1.2.0_all.deb: OK\n');
  expect(mkdeb(dir, ['build', 'app', '-o', 'back\\slash.deb', '--checksums'])).toMatchObject({ status: 0 });
  expect(check(dir, 'back\\slash.deb.sha256')).toContain('slash.deb: OK\n');
});

/** A folder like another, for a second opinion of debsig-verify. */
function workplaceOf(dir: string): string {
  const other = workplace();
  copyFileSync(join(dir, 'hello.deb'), join(other, 'hello.deb'));
  return other;
}

/** A PATH on which all is found but one program. */
function pathWithout(dir: string, program: string): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  onTestFinished(() => rmSync(bin, { recursive: true, force: true }));
  for (const name of readdirSync('/usr/bin'))
    if (name !== program) symlinkSync(`/usr/bin/${name}`, join(bin, name));
  return bin;
}
