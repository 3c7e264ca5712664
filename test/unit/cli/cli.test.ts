import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appDirectory } from '../config/app-directory.ts';
import { mkdeb } from './mkdeb.ts';

const packageJson = {
  name: 'hello',
  version: '1.2.0',
  description: 'Greets people over HTTP',
  author: 'Ada Lovelace <ada@example.org>',
  license: 'MIT',
  main: 'server.js',
  engines: { node: '>=18' },
};
const app = {
  'package.json': packageJson,
  'mkdeb.yaml': 'service:\n  port: 8080\n',
  'server.js':
    "require('http').createServer(greet).listen({ fd: 3 }); // health at '/healthz', PORT || 8123\n",
};

/** A folder to work in, with the app in `app/`. */
const workplace = (files: Readonly<Record<string, string | object>> = app) =>
  appDirectory(Object.fromEntries(Object.entries(files).map(([path, content]) => [`app/${path}`, content])));

const field = (deb: string, name: string) =>
  execFileSync('dpkg-deb', ['-f', deb, name], { encoding: 'utf8' }).trim();

describe('mkdeb build', () => {
  test('makes a package that dpkg reads, and tells the line that installs it', () => {
    const dir = workplace();
    const { status, stdout, stderr } = mkdeb(dir, ['build', 'app']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^hello_1\.2\.0_all\.deb: [\d.]+ kB, \d+ files, [\d.]+ kB installed, built in [\d.]+ s\nfrom 2 files of the directory \(not in git\)\n\n {2}sudo apt install \.\/hello_1\.2\.0_all\.deb\n$/,
    );
    const deb = join(dir, 'hello_1.2.0_all.deb');
    expect(field(deb, 'Package')).toBe('hello');
    expect(field(deb, 'Version')).toBe('1.2.0');
    expect(field(deb, 'Depends')).toContain('nodejs (>= 18)');
    expect(execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8' })).toContain(
      './usr/lib/hello/dist/server.js',
    );
  });

  test('--json tells one object', () => {
    const dir = workplace();
    const { stdout, status } = mkdeb(dir, ['build', 'app', '--json', '--compress', 'gzip']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      path: 'hello_1.2.0_all.deb',
      name: 'hello',
      version: '1.2.0',
      arch: 'all',
      size: statSync(join(dir, 'hello_1.2.0_all.deb')).size,
      compression: 'gzip',
      epochSeconds: 1_700_000_000,
      install: 'sudo apt install ./hello_1.2.0_all.deb',
      warnings: [],
    });
  });

  test.each([
    [['-o', 'named.deb'], 'named.deb'],
    [['-o', 'there'], 'there/hello_1.2.0_all.deb'],
    [['-o', 'new/folder/'], 'new/folder/hello_1.2.0_all.deb'],
    [['--version', '1:2.0~rc1-1'], 'hello_2.0~rc1-1_all.deb'],
    [['--arch', 'arm7'], 'hello_1.2.0_armhf.deb'],
  ])('%j makes %s', (options, path) => {
    const dir = workplace();
    mkdirSync(join(dir, 'there'));
    expect(mkdeb(dir, ['build', 'app', ...options]).status).toBe(0);
    expect(existsSync(join(dir, path))).toBe(true);
  });

  test('the same app gives the same bytes, whatever the umask, the folder and the clock', () => {
    const one = workplace();
    const two = appDirectory({});
    execFileSync('sh', ['-c', 'umask 077; mkdir other; cp -R "$1"/app other/renamed', 'sh', one], {
      cwd: two,
    });
    expect(mkdeb(one, ['build', 'app', '-o', 'a.deb']).status).toBe(0);
    expect(mkdeb(two, ['build', 'other/renamed', '-o', 'b.deb']).status).toBe(0);
    expect(readFileSync(join(two, 'b.deb')).equals(readFileSync(join(one, 'a.deb')))).toBe(true);
  });

  test('without SOURCE_DATE_EPOCH the time is the last commit’s', () => {
    const dir = workplace();
    const git = (...args: string[]) =>
      execFileSync(
        'git',
        ['-C', join(dir, 'app'), '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args],
        {
          env: { ...process.env, GIT_COMMITTER_DATE: '@1600000000 +0000' },
        },
      );
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    const { stdout } = mkdeb(dir, ['build', 'app', '--json'], { SOURCE_DATE_EPOCH: '' });
    expect(JSON.parse(stdout)).toMatchObject({ epochSeconds: 1_600_000_000 });
  });

  test.each<[string, Readonly<Record<string, string | object>>, string[], string]>([
    [
      'a mistake in mkdeb.yaml',
      { ...app, 'mkdeb.yaml': 'service:\n  prt: 8080\n' },
      [],
      'app/mkdeb.yaml:2:3: unknown key "service.prt"; did you mean "port"?\n',
    ],
    ['no such compression', app, ['--compress', 'zst'], '--compress is "zst"; did you mean "zstd"?\n'],
    [
      'what a terminal would obey',
      app,
      ['-c', 'app/\x1b[2J.yaml'],
      'app/\\x1b[2J.yaml: there is no such file\n',
    ],
    ['no such folder', app, ['-o', 'no/x.deb'], '--output is "no/x.deb"; there is no directory "no"\n'],
    [
      'no such file of the app',
      { ...app, 'package.json': { ...packageJson, main: 'dist/main.js' } },
      [],
      'app/dist/main.js: service.exec starts it, but there is no such file; build the app first\n',
    ],
    [
      'a program that is left out',
      { ...app, 'mkdeb.yaml': 'ignore: [server.js]\nservice:\n  port: 80\n' },
      [],
      'app/server.js: service.exec starts it, but git or the ignore list leaves it out; add "!server.js" to ignore\n',
    ],
    [
      'a program that can’t be run',
      { ...app, 'mkdeb.yaml': 'service: {port: 80, exec: ./server.js}\n' },
      [],
      'app/server.js: service.exec starts it, but it is not executable; chmod +x it\n',
    ],
  ])('%s: exit 2, one clear error, no file', (_, files, options, expected) => {
    const dir = workplace(files);
    const { status, stdout, stderr } = mkdeb(dir, ['build', 'app', ...options]);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(readdirSync(dir)).toEqual(['app']);
  });

  test('a SOURCE_DATE_EPOCH that is no time: exit 2', () => {
    const { status, stderr } = mkdeb(workplace(), ['build', 'app'], { SOURCE_DATE_EPOCH: 'now' });
    expect(stderr).toBe('SOURCE_DATE_EPOCH is "now"; expected seconds since 1970\n');
    expect(status).toBe(2);
  });

  test('native code in a package that says all: exit 2', () => {
    const dir = workplace({ ...app, 'mkdeb.yaml': 'arch: all\nservice:\n  port: 80\n' });
    execFileSync('cp', ['/bin/true', join(dir, 'app/native')]);
    const { status, stderr } = mkdeb(dir, ['build', 'app']);
    expect(stderr).toMatch(/^arch is "all", but the app has native code for \w+; leave arch out\n$/);
    expect(status).toBe(2);
  });
});

describe('mkdeb render', () => {
  test('writes what mkdeb adds, as on the host', () => {
    const dir = workplace();
    expect(mkdeb(dir, ['render', 'app', '-o', 'out']).status).toBe(0);
    expect(readFileSync(join(dir, 'out/DEBIAN/control'), 'utf8')).toContain('Package: hello\n');
    expect(statSync(join(dir, 'out/DEBIAN/postinst')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(dir, 'out/usr/lib/systemd/system/hello@.service'), 'utf8')).toContain(
      '[Service]',
    );
    expect(readFileSync(join(dir, 'out/usr/share/doc/hello/changelog'), 'utf8')).toMatch(
      /^hello \(1\.2\.0\)/,
    );
    expect(existsSync(join(dir, 'out/usr/lib/hello/dist/server.js'))).toBe(false);
  });

  test('what it writes is what the package holds', () => {
    const dir = workplace();
    mkdeb(dir, ['render', 'app', '-o', 'out']);
    mkdeb(dir, ['build', 'app', '-o', 'x.deb']);
    execFileSync('dpkg-deb', ['-R', 'x.deb', 'in'], { cwd: dir });
    for (const file of [
      'DEBIAN/control',
      'DEBIAN/postinst',
      'etc/default/hello',
      'usr/lib/hello/handoff/run',
    ]) {
      expect(readFileSync(join(dir, 'out', file), 'utf8')).toBe(readFileSync(join(dir, 'in', file), 'utf8'));
    }
  });

  test('overwrites nothing', () => {
    const dir = workplace();
    const { status, stderr } = mkdeb(dir, ['render', 'app', '-o', 'app']);
    expect(stderr).toBe('--output is "app"; it is not empty, and nothing is overwritten\n');
    expect(status).toBe(2);
  });
});

describe('mkdeb inspect', () => {
  test('shows fields, files, units and scripts', () => {
    const dir = workplace();
    mkdeb(dir, ['build', 'app', '-o', 'x.deb']);
    const { stdout, status } = mkdeb(dir, ['inspect', 'x.deb']);
    expect(status).toBe(0);
    expect(stdout).toContain('Package: hello\n');
    expect(stdout).toMatch(/-rw-r--r-- root:root +\d+ \/usr\/lib\/hello\/dist\/server\.js\n/);
    expect(stdout).toContain('/etc/default/hello (conffile)\n');
    expect(stdout).toContain('── Unit: /usr/lib/systemd/system/hello.service\n');
    expect(stdout).toContain('── Script: postinst\n#!/bin/sh\n');
  });

  test('--json tells one object', () => {
    const dir = workplace();
    mkdeb(dir, ['build', 'app', '-o', 'x.deb']);
    const shown = JSON.parse(mkdeb(dir, ['inspect', '--json', 'x.deb']).stdout);
    expect(shown).toMatchObject({
      path: 'x.deb',
      control: { Package: 'hello', Version: '1.2.0' },
      conffiles: expect.arrayContaining(['/etc/default/hello']),
      scripts: { postinst: expect.stringContaining('#!/bin/sh') },
      files: expect.arrayContaining([
        expect.objectContaining({ path: '/usr/lib/hello/dist/server.js', kind: 'file', mode: '0644' }),
      ]),
    });
  });

  test('what is no package: exit 2', () => {
    const dir = workplace();
    writeFileSync(join(dir, 'x.deb'), 'no');
    expect(mkdeb(dir, ['inspect', 'x.deb']).status).toBe(2);
    expect(mkdeb(dir, ['inspect', 'y.deb'])).toMatchObject({
      status: 2,
      stderr: 'y.deb: there is no such file\n',
    });
  });
});

describe('mkdeb init', () => {
  test('writes what was seen, and mkdeb builds from it', () => {
    const { 'mkdeb.yaml': _, ...files } = app;
    const dir = workplace(files);
    const { status, stdout } = mkdeb(dir, ['init', 'app']);
    expect(stdout).toContain('app/mkdeb.yaml: written, with port 8123\n');
    expect(status).toBe(0);
    const yaml = readFileSync(join(dir, 'app/mkdeb.yaml'), 'utf8');
    expect(yaml).toContain('\n  port: 8123 ');
    expect(yaml).toContain('\n  health: /healthz ');
    expect(mkdeb(dir, ['build', 'app'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('a Go program', () => {
    const dir = workplace({
      'go.mod': 'module example.org/acme/Greeter/v2\n\ngo 1.21\n',
      'main.go': 'package main\nfunc main() { http.ListenAndServe(":9090", nil) }\n',
    });
    expect(mkdeb(dir, ['init', 'app']).status).toBe(0);
    const yaml = readFileSync(join(dir, 'app/mkdeb.yaml'), 'utf8');
    expect(yaml).toMatch(/^# name: greeter \(from go\.mod\)$/m);
    expect(yaml).toMatch(/^version: 0\.1\.0 /m);
    expect(yaml).toContain('\n  exec: ./greeter ');
    expect(yaml).toContain('\n  port: 9090 ');
    writeFileSync(join(dir, 'app/greeter'), '', { mode: 0o755 });
    expect(mkdeb(dir, ['build', 'app'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('never overwrites', () => {
    const dir = workplace();
    const { status, stderr } = mkdeb(dir, ['init', 'app']);
    expect(stderr).toBe('app/mkdeb.yaml: it is there already, and nothing is overwritten\n');
    expect(status).toBe(2);
    expect(readFileSync(join(dir, 'app/mkdeb.yaml'), 'utf8')).toBe(app['mkdeb.yaml']);
  });
});

describe('mkdeb rehearse', () => {
  test('tells every mistake at once: exit 2', () => {
    const options = ['--debian', '10', '--rate', '0', '--path', 'x', '--duration', 'long', '--against', 'it'];
    const { status, stderr } = mkdeb(appDirectory({}), ['rehearse', 'a.deb', 'b.deb', ...options, '--kill']);
    expect(stderr.split('\n')).toEqual([
      '--against is "it"; expected "restart"',
      '--duration is "long"; expected a duration of at most 24h such as 500ms, 30s, 2m or 1h',
      '--debian is "10"; expected one of 12, 13',
      '--rate is "0"; expected a whole number from 1 to 20,000',
      '--path is "x"; expected a path such as "/health"',
      '',
    ]);
    expect(status).toBe(2);
  });

  test('says which clients it can’t make anything of: exit 2', () => {
    const options = [
      '--download',
      'x',
      '--websocket',
      '/a#b',
      '--message',
      'hello',
      '--answer',
      '(',
      '--http2',
      'all',
    ];
    const { status, stderr } = mkdeb(appDirectory({}), ['rehearse', 'a.deb', 'b.deb', ...options]);
    expect(stderr.split('\n')).toEqual([
      '--download is "x"; expected a path such as "/health"',
      '--websocket is "/a#b"; expected a path such as "/health"',
      '--answer is "("; expected a regular expression such as "^hello"',
      '--http2 is "all"; expected a whole number from 0 to 5,000',
      '',
    ]);
    expect(status).toBe(2);
    const alone = mkdeb(appDirectory({}), ['rehearse', 'a.deb', 'b.deb', '--message', 'hello']);
    expect(alone).toMatchObject({ status: 2, stderr: '--message says nothing without --websocket\n' });
  });

  test.each([
    [['--check', './none'], '--check is "./none"; expected a program: there is none that can be run\n'],
    [['--report', 'no/r.html'], '--report is "no/r.html"; there is no directory "no"\n'],
  ])('says what is wrong before it boots anything: %j', (options, said) => {
    expect(mkdeb(appDirectory({}), ['rehearse', 'a.deb', 'b.deb', ...options])).toMatchObject({
      status: 2,
      stderr: said,
    });
  });
});

describe('mkdeb doctor', () => {
  test('says of each check whether it is fine, changes nothing, and the exit code whether any fails', () => {
    const dir = workplace();
    expect(mkdeb(dir, ['build', 'app']).status).toBe(0);
    const { status, stdout, stderr } = mkdeb(dir, ['doctor', 'hello_1.2.0_all.deb', '--json']);
    expect(stderr).toBe('');
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ host: 'this machine', sections: [{ about: 'hello 1.2.0' }] });
    const checks = told.sections[0].checks as { check: string; result: string }[];
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['systemd', 'dpkg', 'architecture', 'depends', 'memory', 'disk', 'ports']),
    );
    expect(status).toBe(checks.some(({ result }) => result === 'fail') ? 1 : 0);
    expect(checks.find(({ check }) => check === 'architecture')).toMatchObject({ result: 'ok' });
  });

  test('says without a package what this machine can do for each handoff', () => {
    const { stdout, stderr } = mkdeb(appDirectory({}), ['doctor']);
    expect(stderr).toBe('');
    for (const handoff of ['reuseport', 'socket', 'reload', 'vip'])
      expect(stdout).toContain(`\nhandoff ${handoff}\n`);
    expect(stdout).toMatch(/^this machine: .*\n\nevery handoff\n/);
  });

  test('says that a package of an older mkdeb has to be built again', () => {
    const dir = workplace();
    expect(mkdeb(dir, ['build', 'app', '--compress', 'gzip']).status).toBe(0);
    const run = (...args: string[]) => execFileSync('dpkg-deb', args, { cwd: dir });
    run('--raw-extract', 'hello_1.2.0_all.deb', 'older');
    rmSync(join(dir, 'older/usr/lib/hello/handoff/arrival.sh'));
    run('--build', '-Zgzip', 'older', 'older.deb');
    expect(mkdeb(dir, ['doctor', 'older.deb'])).toMatchObject({
      status: 2,
      stderr: 'older.deb: built by an mkdeb that had no doctor for packages; build it again\n',
    });
  });

  test.each<[string, string[], string]>([
    ['a file that is not there', ['none.deb'], 'none.deb: there is no such file\n'],
    ['no package', ['app/server.js'], 'app/server.js: not a Debian package'],
    [
      'a package without a service',
      ['leaflet_1.0_all.deb'],
      'leaflet_1.0_all.deb: not a package with a service that mkdeb has built (no /usr/lib/leaflet/dist/.mkdeb/settings)\n',
    ],
    ['no such option', ['--no-such'], "error: unknown option '--no-such'\n"],
    [
      'what is no address of a machine',
      ['--on', 'staging'],
      '"staging" is no address of a machine; expected ssh://USER@HOST or ',
    ],
    ['a machine that is not there', ['--on', 'ssh://none.invalid'], 'ssh://none.invalid: no connection ('],
    [
      '--ssh-config alone',
      ['--ssh-config', 'x'],
      '--ssh-config is for --on ssh://USER@HOST; there is none\n',
    ],
  ])('refuses %s with one line', (_, args, said) => {
    const dir = workplace();
    mkdirSync(join(dir, 'plain/DEBIAN'), { recursive: true });
    const control =
      'Package: leaflet\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: one\n';
    writeFileSync(join(dir, 'plain/DEBIAN/control'), control);
    execFileSync('dpkg-deb', ['--build', '-Zgzip', 'plain', 'leaflet_1.0_all.deb'], { cwd: dir });
    const { status, stdout, stderr } = mkdeb(dir, ['doctor', ...args]);
    expect(stderr.slice(0, said.length)).toBe(said);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

describe('usage', () => {
  test.each([
    [['--version'], 0],
    [['--help'], 0],
    [['build', '--help'], 0],
    [[], 2],
    [['biuld'], 2],
    [['build', '--no-such'], 2],
    [['build', 'a', 'b'], 2],
    [['render'], 2],
    [['inspect'], 2],
    [['diff', 'a.deb'], 2],
    [['lint'], 2],
    [['doctor', 'a', 'b'], 2],
    [['rehearse', 'a.deb'], 2],
  ])('mkdeb %j exits with %d', (args, status) => {
    expect(mkdeb(appDirectory({}), args).status).toBe(status);
  });

  test('a failure that is not the user’s is exit 1', () => {
    const dir = workplace();
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const { status, stderr } = mkdeb(dir, ['build', 'app'], {}, full);
    expect(stderr).toMatch(/^mkdeb: .*ENOSPC/);
    expect(status).toBe(1);
  });
});
