import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElfFile } from '../../../src/payload/elf-file.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { compileC } from '../native-programs.ts';

const source = `#include <stdio.h>
int answer(int question) { return question * 2; }
int main(void) { return puts("hello") < 0 || answer(0); }
`;
const arch = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
const [deb, dbgsym] = [`hello_1.0.0-1_${arch}.deb`, `hello-dbgsym_1.0.0-1_${arch}.deb`];

/** An app with this of its debug symbols to say, and a program that has some. */
function app(debugSymbols: string, more = ''): string {
  const dir = appDirectory({
    'app/mkdeb.yaml': `name: hello\nversion: 1:1.0.0-1\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Natively.\ndebugSymbols: ${debugSymbols}\n${more}`,
  });
  compileC(join(dir, 'app/hello'), source, '-g');
  return dir;
}

const build = (dir: string, ...more: string[]) => mkdeb(dir, ['build', 'app', '--compress', 'gzip', ...more]);
const debs = (dir: string) =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.deb'))
    .sort();
/** Unpacks both, as apt would install them. */
function installed(dir: string): string {
  const root = join(dir, 'root');
  for (const one of debs(dir)) execFileSync('dpkg-deb', ['--extract', join(dir, one), root]);
  return root;
}
const program = (root: string) => join(root, 'usr/lib/hello/dist/hello');

test.each(['true', 'separate'])('debugSymbols: %s puts them into a package as Debian’s are', (written) => {
  const dir = app(written);
  const before = readFileSync(join(dir, 'app/hello'));
  const { status, stdout, stderr } = build(dir);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`\n${dbgsym}: its debug symbols, .*\n`));
  expect(debs(dir)).toEqual([dbgsym, deb]);
  const buildId = readElfFile(join(dir, 'app/hello'))?.buildId ?? '';
  const fields = execFileSync('dpkg-deb', ['--field', join(dir, dbgsym)], { encoding: 'utf8' });
  expect(fields.replace(/^Installed-Size: .*\n/m, '')).toBe(`Package: hello-dbgsym
Source: hello
Auto-Built-Package: debug-symbols
Version: 1:1.0.0-1
Architecture: ${arch}
Maintainer: Ada <ada@example.org>
Depends: hello (= 1:1.0.0-1)
Section: debug
Priority: optional
Description: debug symbols for hello
Build-Ids: ${buildId}
`);
  const root = installed(dir);
  expect(readElfFile(program(root))).toMatchObject({ hasSymbols: false, buildId });
  const debug = join(root, `usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`);
  expect(readElfFile(debug)).toMatchObject({ hasSymbols: true, buildId });
  expect(execFileSync(program(root), { encoding: 'utf8' })).toBe('hello\n');
  // The user's own is as it was.
  expect(readFileSync(join(dir, 'app/hello')).equals(before)).toBe(true);
});

test('a debugger finds them, wherever the release is', () => {
  const dir = app('true');
  expect(build(dir)).toMatchObject({ status: 0 });
  const root = installed(dir);
  const moved = join(root, 'hello');
  copyFileSync(program(root), moved);
  const asks = (more: readonly string[]) => {
    const options = [
      '-batch',
      '-nx',
      '-iex',
      'set debuginfod enabled off',
      ...more,
      '-ex',
      'info line answer',
    ];
    const { stdout, stderr } = spawnSync('gdb', [...options, moved], { encoding: 'utf8' });
    return stdout + stderr;
  };
  expect(asks(['-iex', `set debug-file-directory ${root}/usr/lib/debug`])).toMatch(
    /Line 2 of "[^"]*program\.c" starts at address/,
  );
  expect(asks([])).toContain('"answer"');
});

test('the same app gives the same bytes', () => {
  const dir = app('true');
  const bytes = () => {
    expect(build(dir)).toMatchObject({ status: 0 });
    return debs(dir).map((name) => readFileSync(join(dir, name)).toString('base64'));
  };
  expect(bytes()).toEqual(bytes());
});

test('lintian has nothing to say about the two of them', () => {
  const dir = app('true', 'depends: [$auto]\n');
  expect(build(dir)).toMatchObject({ status: 0 });
  const { stdout } = spawnSync('lintian', ['--allow-root', '--tag-display-limit', '0', dbgsym, deb], {
    cwd: dir,
    encoding: 'utf8',
  });
  expect(stdout.replace(/^W: hello: initial-upload-closes-no-bugs .*\n/m, '')).toBe('');
});

test('debugSymbols: strip leaves them out', () => {
  const dir = app('strip');
  expect(build(dir)).toMatchObject({ status: 0, stderr: '' });
  expect(debs(dir)).toEqual([deb]);
  expect(readElfFile(program(installed(dir)))).toMatchObject({ hasSymbols: false });
});

test.each(['keep', 'false'])('debugSymbols: %s leaves programs as they are', (written) => {
  const dir = app(written);
  expect(build(dir)).toMatchObject({ status: 0, stderr: '' });
  expect(debs(dir)).toEqual([deb]);
  expect(readFileSync(program(installed(dir))).equals(readFileSync(join(dir, 'app/hello')))).toBe(true);
});

test('libraries and modules are stripped too, and still load', () => {
  const dir = app('true');
  const lib = join(dir, 'app/lib/libgreet.so.1');
  compileC(lib, 'int greet(void) { return 0; }\n', '-g', '-shared', '-fPIC', '-Wl,-soname,libgreet.so.1');
  compileC(
    join(dir, 'app/greet'),
    'int greet(void);\nint main(void) { return greet(); }\n',
    '-g',
    lib,
    '-Wl,-rpath,$ORIGIN/lib',
  );
  expect(build(dir)).toMatchObject({ status: 0, stderr: '' });
  const root = installed(dir);
  expect(readElfFile(join(root, 'usr/lib/hello/dist/lib/libgreet.so.1'))).toMatchObject({
    hasSymbols: false,
  });
  expect(spawnSync(join(root, 'usr/lib/hello/dist/greet')).status).toBe(0);
  const { stdout } = spawnSync('dpkg-deb', ['--field', join(dir, dbgsym), 'Build-Ids'], { encoding: 'utf8' });
  expect(stdout.trim().split(' ')).toHaveLength(3);
});

test('a program that carries something after its code, or has no build id, stays whole, and that is said', () => {
  const dir = app('true');
  copyFileSync(join(dir, 'app/hello'), join(dir, 'app/bundle'));
  appendFileSync(join(dir, 'app/bundle'), 'console.log("hello")');
  compileC(join(dir, 'app/anonymous'), source, '-g', '-Wl,--build-id=none');
  const { status, stderr } = build(dir);
  expect(status).toBe(0);
  expect(stderr.replaceAll(dir, '.')).toBe(
    [
      'warning: ./app/anonymous: its debug symbols stay in it: it has no build id, by which a debugger finds them (-Wl,--build-id; for Go: -ldflags=-B=gobuildid)\n',
      'warning: ./app/bundle: its debug symbols stay in it: it carries something after its code, which would be lost\n',
    ].join(''),
  );
  const dist = join(installed(dir), 'usr/lib/hello/dist');
  for (const name of ['anonymous', 'bundle'])
    expect(readFileSync(join(dist, name)).equals(readFileSync(join(dir, 'app', name)))).toBe(true);
});

test('an app without any says so, and makes one package', () => {
  const dir = app('true');
  writeFileSync(join(dir, 'app/hello'), '#!/bin/sh\necho hello\n');
  chmodSync(join(dir, 'app/hello'), 0o755);
  const { status, stderr } = mkdeb(dir, ['build', 'app', '-o', 'hello.deb']);
  expect(stderr).toBe('warning: there are no debug symbols to separate in the app’s native code for all\n');
  expect(status).toBe(0);
  expect(debs(dir)).toEqual(['hello.deb']);
});

test('--checksums and --sign are for both, --json tells of both', () => {
  const dir = app('true');
  const { stdout } = build(dir, '--checksums', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ path: deb, debugSymbols: { path: dbgsym } });
  for (const one of [deb, dbgsym]) execFileSync('sha256sum', ['--check', `${one}.sha256`], { cwd: dir });
});

test('without binutils, or those for another architecture, it is said what to install', () => {
  const dir = app('strip');
  const foreign = readFileSync(join(dir, 'app/hello'));
  foreign.writeUInt16LE(258, 18);
  writeFileSync(join(dir, 'app/hello'), foreign);
  expect(build(dir)).toMatchObject({
    status: 2,
    stderr:
      'debugSymbols needs loongarch64-linux-gnu-strip, and it is not installed: apt install binutils-loongarch64-linux-gnu\n',
  });
  expect(debs(dir)).toEqual([]);
});
