import { chmodSync, existsSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';

const least = `name: hello
version: 1.2.3
maintainer: Ada <ada@example.org>
section: net
description: |
  greets people
  It does so over HTTP.
  And politely.
`;
const service = (exec: string) => `service:
  exec: ${exec}
  port: 8080
  keep: 2
  health: {path: /health, within: 20s}
  environment: {MASK: 0022, EMPTY: "", HOME_PAGE: $HOME}
  unit: {Service: {MemoryMax: 512M}}
`;
const files = {
  'app/bin/hello': '#!/bin/sh\n',
  'app/share/words.txt': 'hello\n',
  'hello.conf': 'a=1\n',
  'post.sh': '#!/bin/sh\ntrue\n',
};

function directory(nfpm: string, more: Readonly<Record<string, string>> = {}): string {
  const dir = appDirectory({ ...files, ...more, 'nfpm.yaml': nfpm });
  chmodSync(join(dir, 'app/bin/hello'), 0o755);
  return dir;
}

/** Builds nfpm.yaml and unpacks the package, control files included. */
function unpacked(dir: string): { root: string; stderr: string; list: string } {
  const { status, stderr } = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '-o', 'nfpm.deb', '--compress', 'gzip']);
  expect(status, stderr).toBe(0);
  run('dpkg-deb', '-R', join(dir, 'nfpm.deb'), join(dir, 'nfpm'));
  return { root: join(dir, 'nfpm'), stderr, list: listed(join(dir, 'nfpm.deb')) };
}

/** Modes, owners and paths, without sizes and times. */
function listed(deb: string): string {
  return run('dpkg-deb', '-c', deb)
    .split('\n')
    .map((line) => line.split(/ +/))
    .map(([mode, owner, , , , ...path]) => [mode, owner, ...path].join(' '))
    .join('\n');
}

const told = (dir: string) => {
  const { status, stdout, stderr } = mkdeb(dir, ['build', '-c', 'nfpm.yaml']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr;
};

describe('service in an nfpm.yaml', () => {
  test.each(['/opt/hello', '/usr/lib/hello', '/usr/lib/hello/dist', '/opt/acme/hello'])(
    'makes the package that mkdeb.yaml makes: the same units, scripts and release, of the tree in %s',
    (root) => {
      const own = `contents:
  - {src: hello.conf, dst: /etc/hello.conf, type: config}
scripts: {postinstall: post.sh}
`;
      const dir = directory(
        `${least}arch: all\n${service(`${root}/bin/hello --words=x`)}${own.replace('contents:', `contents:\n  - {src: app/, dst: ${root}, type: tree}`)}`,
      );
      const { root: made, stderr, list } = unpacked(dir);
      expect(stderr).toBe('');
      writeFileSync(
        join(dir, 'app/mkdeb.yaml'),
        `${least}arch: all\n${service('./bin/hello --words=x')}${own.replaceAll(/(hello\.conf|post\.sh)(?=[,}])/g, '../$1').replace('dst: /etc/../', 'dst: /etc/')}`,
      );
      const plain = mkdeb(dir, ['build', 'app', '-o', 'plain.deb', '--compress', 'gzip']);
      expect(plain).toMatchObject({ status: 0, stderr: '' });
      run('dpkg-deb', '-R', join(dir, 'plain.deb'), join(dir, 'plain'));
      expect(list).toBe(listed(join(dir, 'plain.deb')));
      expect(run('diff', '-r', join(dir, 'plain'), made)).toBe('');
    },
  );

  test('a program in /usr/bin is the app by itself, and there a link leads to the committed release', () => {
    const dir = directory(`${least}${service('hello --greet')}contents:
  - {src: app/bin/hello, dst: /usr/bin/hello}
  - {src: /usr/bin/hello, dst: /usr/bin/hi, type: symlink}
  - {src: app/share/, dst: /usr/share/hello, type: tree}
`);
    const { root, stderr } = unpacked(dir);
    expect(stderr).toBe(
      'warning: nfpm.yaml:19:5: contents[2]: /usr/share/hello is not in the app: an upgrade replaces it at once, for the version that still drains too\n',
    );
    expect(run('ls', '-A', join(root, 'usr/lib/hello/dist'))).toBe('.mkdeb\nhello\n');
    expect(run('grep', '^ExecStart=', join(root, 'usr/lib/systemd/system/hello@.service'))).toContain(
      '/usr/lib/hello/releases/%i/hello --greet',
    );
    expect(readlinkSync(join(root, 'usr/bin/hello'))).toBe('../lib/hello/releases/current/hello');
    expect(readlinkSync(join(root, 'usr/bin/hi'))).toBe('../lib/hello/releases/current/hello');
  });

  test('links lead to the same places as before, those into the app to the committed release', () => {
    const dir = directory(`${least}${service('/usr/bin/hello')}contents:
  - {src: app/, dst: /opt/hello, type: tree}
  - {src: /opt/hello/bin/hello, dst: /usr/bin/hello, type: symlink}
  - {src: /opt/hello/share, dst: /opt/hello/bin/share, type: symlink}
  - {src: ../../etc/hello.conf, dst: /opt/hello/conf, type: symlink}
  - {src: hello.conf, dst: /etc/hello.conf, type: config}
`);
    const { root, stderr } = unpacked(dir);
    expect(stderr).toBe('');
    const dist = join(root, 'usr/lib/hello/dist');
    expect(readlinkSync(join(root, 'usr/bin/hello'))).toBe('../lib/hello/releases/current/bin/hello');
    expect(readlinkSync(join(dist, 'bin/share'))).toBe('../share');
    expect(readlinkSync(join(dist, 'conf'))).toBe('/etc/hello.conf');
    expect(existsSync(join(root, 'opt'))).toBe(false);
  });

  test('Node gets the script relative to the app, and the package depends on it', () => {
    const dir = directory(
      `${least}depends: [adduser]\n${service('node /opt/hello/server.js')}contents: [{src: server.js, dst: /opt/hello/}]\n`,
      { 'server.js': '' },
    );
    const { root } = unpacked(dir);
    expect(run('grep', '^ExecStart=', join(root, 'usr/lib/systemd/system/hello@.service'))).toMatch(
      / node server\.js$/m,
    );
    expect(run('dpkg-deb', '-f', join(dir, 'nfpm.deb'), 'Depends')).toMatch(/^nodejs, adduser, /);
  });

  test('a copyright file of its own goes before mkdeb’s', () => {
    const dir = directory(
      `${least}${service('/usr/bin/hello')}contents:\n  - {src: app/bin/hello, dst: /usr/bin/hello}\n  - {src: hello.conf, dst: /usr/share/doc/hello/copyright}\n`,
    );
    expect(run('cat', join(unpacked(dir).root, 'usr/share/doc/hello/copyright'))).toBe('a=1\n');
  });

  const tree = 'contents:\n  - {src: app/, dst: /opt/hello, type: tree}\n';
  test.each<[string, string, string]>([
    [
      'no app',
      `${service('./hello')}contents: [{src: hello.conf, dst: /etc/hello/x}]\n`,
      'nfpm.yaml:10:9: service.exec starts "./hello"; contents install neither that nor a directory of the package’s own, such as /opt/hello or /usr/lib/hello, that could be the app\n',
    ],
    [
      'two that could be it',
      `${service('gunicorn hello:app')}${tree}  - {src: app/share, dst: /usr/share/hello}\n`,
      'nfpm.yaml:10:9: service.exec starts "gunicorn"; contents install /usr/share/hello and /opt/hello, and only one can be the app: name what is started in full, such as /usr/share/hello/…\n',
    ],
    [
      'no such program in it',
      `${service('./bin/hullo')}${tree}`,
      'nfpm.yaml:10:9: service.exec starts "./bin/hullo", which contents don’t install\n',
    ],
    [
      'a program that can’t be run',
      `${service('./share/words.txt')}${tree}`,
      'nfpm.yaml:10:9: service.exec starts "./share/words.txt", which is not executable; give it "file_info: {mode: 0755}"\n',
    ],
    [
      'a conffile in it',
      `${service('./bin/hello')}${tree}  - {src: hello.conf, dst: /opt/hello/hello.conf, type: config}\n`,
      'nfpm.yaml:18:5: contents[1].dst: /opt/hello/hello.conf is in the app, of which each version has its own, and a conffile is the host’s; put it below /etc/hello\n',
    ],
    [
      'a directory in it for the app to write into',
      `${service('./bin/hello')}${tree}  - {dst: /opt/hello/data, type: dir, file_info: {owner: hello}}\n`,
      'nfpm.yaml:18:5: contents[1].dst: /opt/hello/data is in the app, of which each version has its own, and what hello writes there would be gone after an upgrade; put it below /var/lib/hello\n',
    ],
    [
      'its path on the host',
      `${service('./bin/hello --words=/opt/hello/share/words.txt')}${tree}`,
      'nfpm.yaml:10:9: service.exec is "--words=/opt/hello/share/words.txt"; each version has its own /opt/hello, which is its working directory: write it relative to that\n',
    ],
    [
      'its path in the environment',
      `${service('./bin/hello').replace('EMPTY: ""', 'WORDS: /opt/hello/share')}${tree}`,
      'nfpm.yaml:14:36: service.environment.WORDS is "/opt/hello/share"; each version has its own /opt/hello, which is its working directory: write it relative to that\n',
    ],
    [
      'mkdeb’s own directory in it',
      `${service('./bin/hello')}${tree}  - {src: hello.conf, dst: /opt/hello/.mkdeb/settings}\n`,
      'nfpm.yaml:18:5: contents[1].dst: /opt/hello/.mkdeb/settings: mkdeb keeps this name for itself; give it another\n',
    ],
    [
      'units of its own',
      `${service('./bin/hello')}${tree}  - {src: hello.conf, dst: /lib/systemd/system/hello.service}\n  - {src: hello.conf, dst: /etc/default/hello, type: config}\n`,
      'nfpm.yaml:18:5: contents[1].dst: mkdeb makes /lib/systemd/system/hello.service itself, from service; leave it out\nnfpm.yaml:19:5: contents[2].dst: mkdeb makes /etc/default/hello itself, from service; leave it out\n',
    ],
    [
      'no such hook in it',
      `${service('./bin/hello').replace('keep: 2', 'hooks: {prepare: ./bin/migrate}')}${tree}`,
      'nfpm.yaml:12:20: service.hooks.prepare starts "./bin/migrate", which contents don’t install\n',
    ],
    [
      'its path on the host in a hook',
      `${service('./bin/hello').replace('keep: 2', 'hooks: {ready: /opt/hello/bin/hello --warm}')}${tree}`,
      'nfpm.yaml:12:18: service.hooks.ready is "/opt/hello/bin/hello"; each version has its own /opt/hello, which is its working directory: write it relative to that\n',
    ],
    [
      'a mistake in service',
      `${service('./bin/hello').replace('keep: 2', 'keep: many')}${tree}`,
      'nfpm.yaml:12:9: service.keep is "many"; expected a whole number from 0 to 100\n',
    ],
    [
      'no command',
      `service: {port: 8080}\n${tree}`,
      'nfpm.yaml:9:1: service.exec is missing; add "exec: node server.js", say\n',
    ],
  ])('%s: exit 2, and the place', (_, config, expected) => {
    const dir = directory(`${least}${config}`);
    expect(told(dir)).toBe(expected);
  });
});
