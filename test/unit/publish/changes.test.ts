import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { compileC, plainProgram } from '../native-programs.ts';
import { type Keys, makeKeys } from './keys.ts';

let keys: Keys;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys?.dispose());

const arch = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();

/** An app in native code with debug symbols, whose package has an epoch. */
function native(more = ''): string {
  const dir = appDirectory({
    'app/mkdeb.yaml': `name: hello\nversion: 1:1.0.0-1\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Natively.\ndepends: [$auto]\ndebugSymbols: true\n${more}`,
  });
  compileC(join(dir, 'app/hello'), plainProgram, '-g');
  return dir;
}

const build = (dir: string, ...more: string[]) =>
  mkdeb(dir, ['build', 'app', '--compress', 'gzip', '--changes', ...more], { GNUPGHOME: keys.home });
/** Of a file in a folder, as deb822(5) has it; a field of several lines as it stands. */
const field = (dir: string, file: string, name: string) =>
  new RegExp(`^${name}:(.*(?:\n .*)*)`, 'm').exec(readFileSync(join(dir, file), 'utf8'))?.[1]?.trim();
const lint = (dir: string, changes: string) =>
  spawnSync('lintian', ['--allow-root', '--tag-display-limit', '0', changes], { cwd: dir, encoding: 'utf8' })
    .stdout;
const files = (suffix: string) => `hello_1.0.0-1_${arch}.${suffix}`;

test('--changes lists all packages, and what they were built with', () => {
  const dir = native();
  const { status, stdout, stderr } = build(dir);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain(`\n${files('changes')}, ${files('buildinfo')}: for dput and reprepro\n`);
  const listed = field(dir, files('changes'), 'Checksums-Sha256') ?? '';
  const all = [`hello-dbgsym_1.0.0-1_${arch}.deb`, files('buildinfo'), files('deb')];
  expect(listed.split('\n').map((line) => line.trim())).toEqual(
    all.map((name) => {
      const bytes = readFileSync(join(dir, name));
      return `${createHash('sha256').update(bytes).digest('hex')} ${bytes.length} ${name}`;
    }),
  );
  const told = (name: string) => field(dir, files('changes'), name);
  expect(['Format', 'Date', 'Source', 'Binary', 'Architecture', 'Version'].map(told)).toEqual([
    ...['1.8', 'Tue, 14 Nov 2023 22:13:20 +0000', 'hello', 'hello hello-dbgsym', arch, '1:1.0.0-1'],
  ]);
  expect(['Distribution', 'Maintainer', 'Changed-By'].map(told)).toEqual([
    ...['unstable', 'Ada <ada@example.org>', 'Ada <ada@example.org>'],
  ]);
  expect(told('Files')).toMatch(/ debug optional hello-dbgsym_/);
  expect(field(dir, files('buildinfo'), 'Format')).toBe('1.0');
  expect(field(dir, files('buildinfo'), 'Installed-Build-Depends')).toContain(' dpkg-dev (= ');
  // That a new package closes a bug is Debian's own rule.
  expect(lint(dir, files('changes')).replace(/^W: hello: initial-upload-closes-no-bugs .*\n/m, '')).toBe('');
});

test('--sign signs both, as debsign does, and the packages before them: dscverify and reprepro accept them', () => {
  const dir = native();
  expect(build(dir, '--sign', keys.ada.fingerprint)).toMatchObject({ status: 0, stderr: '' });
  const keyring = join(dir, 'keyring.gpg');
  writeFileSync(keyring, execFileSync('gpg', ['--dearmor', '--output', '-', keys.ada.public]));
  const verify = () =>
    spawnSync('dscverify', ['--no-default-keyrings', '--keyring', keyring, files('changes')], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, GNUPGHOME: keys.home },
    });
  expect(verify()).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('All files validated successfully'),
  });
  const buildinfo = readFileSync(join(dir, files('buildinfo')), 'utf8');
  expect(buildinfo).toMatch(/^-----BEGIN PGP SIGNED MESSAGE-----\n/);

  mkdirSync(join(dir, 'repo/conf'), { recursive: true });
  writeFileSync(
    join(dir, 'repo/conf/distributions'),
    `Codename: unstable\nComponents: main\nArchitectures: ${arch}\n`,
  );
  const reprepro = (...args: string[]) =>
    execFileSync('reprepro', ['--basedir', join(dir, 'repo'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GNUPGHOME: keys.home },
    });
  reprepro('include', 'unstable', join(dir, files('changes')));
  expect(reprepro('list', 'unstable')).toBe(
    `unstable|main|${arch}: hello 1:1.0.0-1\nunstable|main|${arch}: hello-dbgsym 1:1.0.0-1\n`,
  );

  writeFileSync(join(dir, files('deb')), 'x', { flag: 'a' });
  expect(verify().status).not.toBe(0);
});

test('a package for all architectures has them too', () => {
  const dir = appDirectory({
    'app/mkdeb.yaml':
      'name: hello\nversion: 1.0.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Twice.\n',
    'app/hello': '#!/bin/sh\necho hello\n',
  });
  const { status, stdout } = build(dir, '--json', '-o', 'out/');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    changes: 'out/hello_1.0.0_all.changes',
    buildinfo: 'out/hello_1.0.0_all.buildinfo',
  });
  expect(field(dir, 'out/hello_1.0.0_all.changes', 'Architecture')).toBe('all');
  expect(field(dir, 'out/hello_1.0.0_all.buildinfo', 'Architecture')).toBe('all');
});

test('the changelog’s own entry is what it tells of; one for another version is a mistake', () => {
  const dir = native('changelog: changelog.yaml\n');
  const entry = (semver: string) =>
    `- semver: ${semver}\n  date: 2026-11-24T10:00:00Z\n  packager: Bob <bob@example.org>\n  deb: {distributions: [bookworm], urgency: high}\n  changes:\n    - note: It says hello louder.\n`;
  writeFileSync(join(dir, 'app/changelog.yaml'), entry('1:1.0.0-1'));
  expect(build(dir)).toMatchObject({ status: 0, stderr: '' });
  const told = (name: string) => field(dir, files('changes'), name);
  expect(['Distribution', 'Urgency', 'Changed-By'].map(told)).toEqual([
    ...['bookworm', 'high', 'Bob <bob@example.org>'],
  ]);
  expect(told('Changes')).toContain('It says hello louder.');
  writeFileSync(join(dir, 'app/changelog.yaml'), entry('1:0.9.0-1'));
  expect(build(dir)).toMatchObject({
    status: 2,
    stderr:
      '--changes: the changelog’s newest entry is of 1:0.9.0-1, the package is 1:1.0.0-1; add an entry for it\n',
  });
});

test('the package keeps its usual name then', () => {
  const dir = native();
  expect(build(dir, '-o', 'hello.deb')).toMatchObject({
    status: 2,
    stderr: `--output is "hello.deb"; with --changes the file is called ${files('deb')}, give its directory\n`,
  });
  expect(readdirSync(dir)).toEqual(['app']);
});
