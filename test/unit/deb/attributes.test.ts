import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDeb } from '../../../src/deb/read-deb.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import type { Entry } from '../../../src/package/package.ts';
import { dpkgInto, packageOf, plain, run, scratchFolder } from './scratch.ts';

const entries: Entry[] = [
  { kind: 'file', path: '/opt/a/plain', mode: 0o644, content: { text: 'x' } },
  {
    kind: 'file',
    path: '/opt/a/owned',
    mode: 0o640,
    content: { text: 'x' },
    owner: 'daemon',
    group: 'adm',
    mtimeSeconds: 1_199_286_245,
  },
  { kind: 'directory', path: '/opt/a/dir', mode: 0o2750, owner: '4711', group: '815' },
  { kind: 'symlink', path: '/opt/a/link', target: 'owned', owner: 'daemon', mtimeSeconds: 1 },
  { kind: 'hardlink', path: '/opt/a/same', target: '/opt/a/owned' },
  { kind: 'file', path: `/opt/${'long/'.repeat(30)}x`, mode: 0o644, content: { text: 'x' }, owner: 'daemon' },
];

test('owners, groups and times are what dpkg-deb shows, and what readDeb reads', async () => {
  const deb = join(scratchFolder(), 'a.deb');
  await writeDeb(packageOf(entries), deb, plain);
  const lines = run('env', 'TZ=UTC', 'dpkg-deb', '--contents', deb).split('\n');
  const told = (path: string) =>
    lines
      .find((line) => line.includes(` .${path}`))
      ?.replaceAll(/\s+/g, ' ')
      .split(' ')
      .slice(0, 5)
      .join(' ');
  expect(told('/opt/a/plain')).toBe('-rw-r--r-- root/root 1 2023-11-14 22:13');
  expect(told('/opt/a/owned')).toBe('-rw-r----- daemon/adm 1 2008-01-02 15:04');
  expect(told('/opt/a/same')).toBe('hrw-r----- daemon/adm 0 2008-01-02 15:04');
  expect(told('/opt/a/dir/')).toBe('drwxr-s--- 4711/815 0 2023-11-14 22:13');
  expect(told('/opt/a/link')).toBe('lrwxrwxrwx daemon/root 0 1970-01-01 00:00');
  expect(told('/opt/long/')).toBe('drwxr-xr-x root/root 0 2023-11-14 22:13');

  const read = new Map((await readDeb(deb)).entries.map((entry) => [entry.path, entry]));
  expect(read.get('/opt/a/owned')).toMatchObject({ owner: 'daemon', group: 'adm', mode: 0o640 });
  expect(read.get('/opt/a/owned')?.mtime).toEqual(new Date('2008-01-02T15:04:05Z'));
  expect(read.get('/opt/a/dir')).toMatchObject({ owner: '4711', group: '815', mode: 0o2750 });
  expect(read.get(entries.at(-1)?.path ?? '')).toMatchObject({ owner: 'daemon', group: 'root' });
});

test.runIf(process.getuid?.() === 0)('dpkg unpacks them', async () => {
  const folder = scratchFolder();
  await writeDeb(packageOf(entries), join(folder, 'a.deb'), plain);
  const root = join(folder, 'root');
  // dpkg looks names up in the root that it installs into.
  run('mkdir', '-p', `${root}/etc`);
  run('cp', '/etc/passwd', '/etc/group', `${root}/etc/`);
  dpkgInto(root, '--unpack', join(folder, 'a.deb'));
  expect(lstatSync(`${root}/opt/a/owned`)).toMatchObject({ uid: 1, gid: 4, mtimeMs: 1_199_286_245_000 });
  expect(lstatSync(`${root}/opt/a/dir`)).toMatchObject({ uid: 4711, gid: 815 });
  expect(lstatSync(`${root}/opt/a/dir`).mode & 0o7777).toBe(0o2750);
  expect(lstatSync(`${root}/opt/a/plain`)).toMatchObject({ uid: 0, gid: 0 });
});

test('further control files are there, as bytes, with their modes', async () => {
  const deb = join(scratchFolder(), 'a.deb');
  const controlFiles = {
    config: Buffer.from([0x23, 0x21, 0xff, 0x0a]),
    templates: 'Template: hello/q\nType: boolean\nDescription: is it?\n',
    triggers: 'interest-noawait /usr/share/hello\n',
  };
  const scripts = { postinst: Buffer.from('#!/bin/sh\n') };
  await writeDeb(packageOf([], { controlFiles, scripts }), deb, plain);
  const listed = run('sh', '-c', `dpkg-deb --ctrl-tarfile ${deb} | tar -tv`);
  const modes = Object.fromEntries(
    listed
      .trim()
      .split('\n')
      .map((line) => [line.slice(line.lastIndexOf('./')), line.slice(0, 10)]),
  );
  expect(modes).toMatchObject({
    './config': '-rwxr-xr-x',
    './postinst': '-rwxr-xr-x',
    './templates': '-rw-r--r--',
    './triggers': '-rw-r--r--',
  });
  expect(run('dpkg-deb', '--info', deb, 'triggers')).toBe(controlFiles.triggers);
  const bytes = run('sh', '-c', `dpkg-deb --ctrl-tarfile ${deb} | tar -xO ./config | od -An -tx1`);
  expect(bytes.trim()).toBe('23 21 ff 0a');
});
