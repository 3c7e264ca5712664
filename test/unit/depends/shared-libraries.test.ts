import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { compileC, plainProgram, zlib, zlibProgram } from '../native-programs.ts';

const config = (depends: string, more = '') =>
  `name: hello\nversion: 1.0.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Natively.\ndepends: ${depends}\n${more}`;

/** An app that says this of its depends. */
const app = (depends: string, more = '') => appDirectory({ 'app/mkdeb.yaml': config(depends, more) });

/** Builds the app and returns the package's Depends. */
function depends(dir: string, ...options: string[]): string {
  const { status, stderr } = mkdeb(dir, ['build', 'app', '-o', 'hello.deb', ...options]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return execFileSync('dpkg-deb', ['--field', join(dir, 'hello.deb'), 'Depends'], {
    encoding: 'utf8',
  }).trim();
}

test('depends: [$auto] is what dpkg-shlibdeps finds', () => {
  const dir = app('[$auto]');
  copyFileSync('/bin/ls', join(dir, 'app/ls'));
  expect(depends(dir)).toMatch(/^libc6 \(>= [\d.]+\), libselinux1 \(>= [\d.]+~?\)$/);
});

test.each(['["${shlibs:Depends}"]', '[$auto, $auto]'])('%s is the same', (written) => {
  const dir = app(written);
  compileC(join(dir, 'app/hello'), plainProgram);
  expect(depends(dir)).toMatch(/^libc6 \(>= [\d.]+\)$/);
});

test('several files are looked at, wherever they go on the host', () => {
  const dir = app('[$auto]', 'contents: [{src: extra/unzip, dst: /usr/bin/hello-unzip}]\nignore: [extra]\n');
  compileC(join(dir, 'app/hello'), plainProgram);
  compileC(join(dir, 'app/extra/unzip'), zlibProgram, zlib);
  expect(depends(dir)).toMatch(/^libc6 \(>= [\d.]+\), zlib1g \(>= [\d:.]+\)$/);
});

test('one’s own relations stay where they are, the stricter version wins', () => {
  const dir = app('[curl, zlib1g (>= 1:99), $auto, libc6, bash]');
  compileC(join(dir, 'app/hello'), zlibProgram, zlib);
  expect(depends(dir)).toMatch(/^curl, zlib1g \(>= 1:99\), libc6 \(>= [\d.]+\), bash$/);
});

test('the app’s own libraries need no package, found by $ORIGIN or by where they are', () => {
  const dir = app('[$auto]');
  const lib = join(dir, 'app/lib');
  compileC(
    join(lib, 'libgreet.so.1'),
    'int greet(void) { return 0; }\n',
    '-shared',
    '-fPIC',
    '-Wl,-soname,libgreet.so.1',
  );
  symlinkSync('libgreet.so.1', join(lib, 'libgreet.so'));
  compileC(
    join(lib, 'libplugin.so.1.2'),
    'int plugin(void) { return 0; }\n',
    '-shared',
    '-fPIC',
    '-Wl,-soname,libplugin.so.1',
  );
  symlinkSync('libplugin.so.1.2', join(lib, 'libplugin.so.1'));
  const calls = (name: string) => `int ${name}(void);\nint main(void) { return ${name}(); }\n`;
  compileC(join(dir, 'app/bin/hello'), calls('greet'), `-L${lib}`, '-lgreet', '-Wl,-rpath,$ORIGIN/../lib');
  compileC(join(dir, 'app/bin/other'), calls('plugin'), `-L${lib}`, '-l:libplugin.so.1.2');
  expect(depends(dir)).toMatch(/^libc6 \(>= [\d.]+\)$/);
});

test('a static program and an app without native code need nothing', () => {
  const dir = app('[$auto, curl]');
  compileC(join(dir, 'app/hello'), plainProgram, '-static');
  expect(depends(dir)).toBe('curl');
  const script = app('[$auto, curl]');
  writeFileSync(join(script, 'app/hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  expect(depends(script)).toBe('curl');
});

test('modules that were built for musl, or for another architecture, are never loaded, and not looked at', () => {
  const dir = app('[$auto]');
  compileC(join(dir, 'app/hello'), plainProgram);
  const musl = join(dir, 'app/prebuilds/linux-x64/hello.musl.node');
  const stub = join(dir, 'libc.musl-x86_64.so.1');
  compileC(stub, 'int musl(void) { return 0; }\n', '-shared', '-fPIC', '-Wl,-soname,libc.musl-x86_64.so.1');
  compileC(
    musl,
    'int musl(void);\nint hello(void) { return musl(); }\n',
    '-shared',
    '-fPIC',
    '-nostdlib',
    stub,
  );
  const foreign = readFileSync(join(dir, 'app/hello'));
  foreign.writeUInt16LE(183, 18);
  mkdirSync(join(dir, 'app/prebuilds/linux-arm64'));
  writeFileSync(join(dir, 'app/prebuilds/linux-arm64/hello.node'), foreign);
  expect(
    depends(dir, '--arch', execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()),
  ).toMatch(/^libc6 \(>= [\d.]+\)$/);
});

test('a library that nobody has is a mistake, and nothing is written', () => {
  const dir = app('[$auto]');
  const lib = join(dir, 'libgone.so.3');
  compileC(lib, 'int gone(void) { return 0; }\n', '-shared', '-fPIC', '-Wl,-soname,libgone.so.3');
  compileC(join(dir, 'app/hello'), 'int gone(void);\nint main(void) { return gone(); }\n', lib);
  renameSync(lib, join(dir, 'elsewhere'));
  expect(mkdeb(dir, ['build', 'app'])).toMatchObject({
    status: 2,
    stderr: `${dir}/app/hello needs libgone.so.3, which is neither in the app nor on this machine: install the package that has it, or add the file to ignore\n`,
  });
  expect(readdirSync(dir).filter((name) => name.endsWith('.deb'))).toEqual([]);
});

test('the libraries of another architecture have to be on this machine, and that is said', () => {
  const dir = app('[$auto]');
  compileC(join(dir, 'app/hello'), plainProgram);
  const foreign = readFileSync(join(dir, 'app/hello'));
  // For s390x it would be of the other byte order.
  foreign.writeUInt16LE(258, 18);
  writeFileSync(join(dir, 'app/hello'), foreign);
  const { status, stderr } = mkdeb(dir, ['build', 'app']);
  expect(status).toBe(2);
  expect(stderr).toContain(
    '"$auto" in depends looks for the libraries of loong64 on this machine, which is ',
  );
  expect(stderr).toContain('apt install libc6:loong64 …), build on loong64, or write the relations out\n');
});

test('without dpkg-shlibdeps the build ends and says what to install', () => {
  const dir = app('[$auto]');
  compileC(join(dir, 'app/hello'), plainProgram);
  expect(mkdeb(dir, ['build', 'app'], { PATH: dir })).toMatchObject({
    status: 2,
    stderr:
      'depends has "$auto", which needs dpkg-shlibdeps, and it is not installed: apt install dpkg-dev, or write the relations out\n',
  });
});

test('$auto stands in depends only', () => {
  const dir = appDirectory({ 'app/mkdeb.yaml': config('[curl]', 'recommends: [$auto]\n') });
  expect(mkdeb(dir, ['build', 'app'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('recommends[0] is "$auto"; '),
  });
});
