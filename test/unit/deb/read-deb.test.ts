import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compressions } from '../../../src/deb/compression.ts';
import { readDeb } from '../../../src/deb/read-deb.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import type { Entry } from '../../../src/package/package.ts';
import { packageOf, plain, run, scratchFolder } from './scratch.ts';

const unit = '/usr/lib/systemd/system/hello.service';
const entries: Entry[] = [
  { kind: 'file', path: unit, mode: 0o644, content: { text: '[Service]\nExecStart=/bin/true\n' } },
  {
    kind: 'file',
    path: `/usr/share/${'long/'.repeat(100)}ü`,
    mode: 0o4755,
    content: { text: 'x'.repeat(700_000) },
  },
  { kind: 'hardlink', path: '/usr/share/hard', target: unit },
  { kind: 'symlink', path: '/usr/share/soft', target: '../lib' },
];

describe.each(compressions)('a package with %s members', (compression) => {
  test('is read back as it was written', async () => {
    const deb = join(scratchFolder(), 'hello.deb');
    const pkg = packageOf(entries, { scripts: { postinst: '#!/bin/sh\nexit 0\n' } });
    await writeDeb(pkg, deb, { ...plain, compression });
    const read = await readDeb(deb, { wantsText: (path) => path.startsWith('/usr/lib/systemd/') });
    expect(read.control.filter(([name]) => name !== 'Installed-Size')).toEqual(pkg.control);
    expect([...read.controlFiles.keys()]).toEqual(['control', 'md5sums', 'postinst']);
    expect(read.controlFiles.get('postinst')).toBe('#!/bin/sh\nexit 0\n');
    expect([...read.texts]).toEqual([[unit, '[Service]\nExecStart=/bin/true\n']]);
    expect(read.entries.filter(({ kind }) => kind !== 'directory')).toMatchObject([
      { path: unit, kind: 'file', mode: 0o644, owner: 'root', group: 'root', size: 30 },
      { path: entries[1]?.path, kind: 'file', mode: 0o4755, size: 700_000 },
      { path: '/usr/share/hard', kind: 'hardlink', target: unit, mode: 0o644, size: 0 },
      { path: '/usr/share/soft', kind: 'symlink', target: '../lib', size: 0 },
    ]);
    expect(read.entries.slice(0, 3).map(({ path }) => path)).toEqual(['/', '/usr', '/usr/lib']);
  });

  test('is read when dpkg-deb wrote it', async () => {
    const folder = scratchFolder();
    const root = join(folder, 'root');
    mkdirSync(join(root, 'DEBIAN'), { recursive: true, mode: 0o755 });
    writeFileSync(
      join(root, 'DEBIAN/control'),
      'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n',
    );
    writeFileSync(join(root, 'hello'), 'hello\n');
    const deb = join(folder, 'x.deb');
    run('dpkg-deb', '--root-owner-group', `-Z${compression}`, '-b', root, deb);
    const read = await readDeb(deb, { wantsText: (path) => path === '/hello' });
    expect(read.control[0]).toEqual(['Package', 'x']);
    expect(read.texts.get('/hello')).toBe('hello\n');
    expect(read.entries.map(({ path }) => path)).toEqual(['/', '/hello']);
  });

  test('cut off anywhere, or with a byte of its data changed, is refused in words', async () => {
    const folder = scratchFolder();
    const deb = join(folder, 'hello.deb');
    await writeDeb(packageOf(entries), deb, { ...plain, compression });
    const whole = readFileSync(deb);
    const broken = join(folder, 'broken.deb');
    for (const part of [0, 0.001, 0.01, 0.3, 0.7, 0.99]) {
      writeFileSync(broken, whole.subarray(0, Math.floor(whole.length * part)));
      await expect(readDeb(broken)).rejects.toMatchObject({
        name: 'BadInput',
        message: expect.stringContaining(broken),
      });
    }
    const { members } = await readDeb(deb);
    const changed = Buffer.from(whole);
    // In a header of the tar, or of the compression.
    const at = (members[2]?.offset ?? 0) + 2;
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    writeFileSync(broken, changed);
    await expect(readDeb(broken)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('data.tar'),
    });
  });
});

test.each<[string, string | Buffer, RegExp]>([
  ['an empty file', '', /not a Debian package/],
  ['a text', 'hello, this is a text\n', /not a Debian package/],
  ['an ar archive of nothing', '!<arch>\n', /debian-binary/],
  ['a header of rubbish', `!<arch>\n${'x'.repeat(60)}`, /not a member header/],
])('%s is refused', async (_, content, message) => {
  const path = join(scratchFolder(), 'x.deb');
  writeFileSync(path, content);
  await expect(readDeb(path)).rejects.toMatchObject({
    name: 'BadInput',
    message: expect.stringMatching(message),
  });
});

test('a missing file and a folder are refused', async () => {
  const folder = scratchFolder();
  await expect(readDeb(join(folder, 'no.deb'))).rejects.toThrow(`${folder}/no.deb: there is no such file`);
  await expect(readDeb(folder)).rejects.toThrow(/not a file/);
});

test('other formats, other compressions and members in another order are refused', async () => {
  const folder = scratchFolder();
  const deb = join(folder, 'x.deb');
  const make = (...members: [name: string, content: string][]) => {
    const names = members.map(([name, content]) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    });
    run('rm', '-f', deb);
    run('ar', 'rcS', deb, ...names);
  };
  make(['debian-binary', '3.0\n'], ['control.tar', ''], ['data.tar', '']);
  await expect(readDeb(deb)).rejects.toThrow(/format is "3.0/);
  make(['debian-binary', '2.0\n'], ['data.tar', ''], ['control.tar', '']);
  await expect(readDeb(deb)).rejects.toThrow(/expected control.tar after debian-binary, found data.tar/);
  make(['debian-binary', '2.0\n'], ['control.tar.bz2', 'x'], ['data.tar', '']);
  await expect(readDeb(deb)).rejects.toThrow(/control.tar.bz2: its compression, bz2, is not gz, xz or zst/);
  make(['debian-binary', '2.0\n'], ['control.tar', ''], ['data.tar', '']);
  await expect(readDeb(deb)).rejects.toThrow(/control.tar: it is empty/);
});

test('what follows the data, and members that begin with _, do not matter', async () => {
  const folder = scratchFolder();
  const deb = join(folder, 'x.deb');
  await writeDeb(packageOf(entries), deb, plain);
  writeFileSync(join(folder, '_sig'), 'signed');
  run('ar', 'rS', deb, join(folder, '_sig'));
  expect((await readDeb(deb)).members.map(({ name }) => name)).toContain('_sig');
  appendFileSync(deb, 'x');
  await expect(readDeb(deb)).rejects.toThrow(/not a member header/);
});
