import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { packageOf, plain, run, scratchFolder } from '../deb/scratch.ts';
import { debOfData, type RawEntry } from '../hostile/archives.ts';
import { debOf } from './packages.ts';

const unit = 'usr/lib/systemd/system/hello.service';
const before = {
  control: { Depends: 'adduser, nodejs (>= 16)' },
  files: {
    'DEBIAN/conffiles': '/etc/hello.conf\n/etc/hello.old\n',
    'DEBIAN/postinst': '#!/bin/sh\nset -e\nexit 0\n',
    'etc/hello.conf': 'a=1\n',
    'etc/hello.old': 'x\n',
    [unit]: '[Service]\nExecStart=/usr/bin/hello\n',
    'usr/bin/hello': 'one\n',
    'usr/share/hello/a.txt': 'one\ntwo\nthree\n',
    'usr/share/hello/gone': 'gone\n',
    'usr/share/hello/same': 'same\n',
    'usr/share/hello/dir/x': 'x\n',
  },
  shell: 'ln -s a.txt usr/share/hello/link; chmod 755 usr/bin/hello',
};
const after = {
  control: { Version: '1.1', Depends: 'adduser, nodejs (>= 18)', Homepage: 'https://example.org' },
  files: {
    'DEBIAN/conffiles': '/etc/hello.conf\n',
    'DEBIAN/postinst': '#!/bin/sh\nset -e\necho hello\nexit 0\n',
    'DEBIAN/triggers': 'interest-noawait hello\n',
    'etc/hello.conf': 'a=2\n',
    [unit]: '[Service]\nExecStart=/usr/bin/hello --loud\n',
    'usr/bin/hello': 'two\n',
    'usr/share/hello/a.txt': 'one\nzwei\nthree\n',
    'usr/share/hello/new': 'new\n',
    'usr/share/hello/same': 'same\n',
    'usr/share/hello/dir': 'a file now\n',
  },
  shell: 'ln -s new usr/share/hello/link; chmod 4755 usr/bin/hello',
};

describe('mkdeb diff', () => {
  test('tells what differs of a file, one thing at a time', () => {
    const folder = scratchFolder();
    const x: RawEntry = { name: './x', content: 'one\n' };
    writeFileSync(join(folder, 'old.deb'), debOfData(x));
    const differing: [RawEntry, string][] = [
      [{ ...x, content: 'two\n' }, 'content, of the same size'],
      [{ ...x, content: 'three\n' }, 'content, 4 -> 6 bytes'],
      [{ ...x, mode: '0000600' }, 'mode 0644 -> 0600'],
      [{ ...x, user: 'ada' }, 'owner root -> ada'],
      [{ ...x, group: 'adm' }, 'group root -> adm'],
      [{ ...x, type: '2', target: 'y', content: '' }, 'kind file -> symlink'],
    ];
    for (const [entry, told] of differing) {
      writeFileSync(join(folder, 'new.deb'), debOfData(entry));
      const { status, stdout } = mkdeb(folder, ['diff', 'old.deb', 'new.deb']);
      expect([status, stdout]).toEqual([1, expect.stringContaining(`~ /x: ${told}\n`)]);
    }
    writeFileSync(join(folder, 'new.deb'), debOfData({ ...x, mtime: '00000000001' }));
    expect(mkdeb(folder, ['diff', 'old.deb', 'new.deb']).status).toBe(0);
  });

  test('tells fields, files, conffiles, scripts, units, and what an upgrade would change: exit 1', () => {
    const folder = scratchFolder();
    debOf(folder, 'old', before);
    debOf(folder, 'new', after);
    const { status, stdout, stderr } = mkdeb(folder, ['diff', 'old.deb', 'new.deb']);
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(stdout.split('── Script')[0]).toBe(`hello 1.0 (all) -> hello 1.1 (all)

── Upgrade
- 1.1 is newer than 1.0: apt upgrades
- it newly needs nodejs (>= 18): apt installs or upgrades these first
- the conffile /etc/hello.conf is a new one: dpkg asks where the admin has changed his
- the conffile /etc/hello.old is shipped no more: dpkg leaves it on the host, as obsolete
- /usr/bin/hello comes with mode 4755: whoever runs it is root then
- /usr/share/hello/dir turns from a directory into a file: dpkg keeps the directory unless a maintainer script sees to it (dpkg-maintscript-helper(1))
- files: 1 added, 3 removed, 6 changed
- maintainer scripts differ (postinst); an upgrade runs the new postinst

── Fields
Version: 1.0 -> 1.1
Depends:
  - nodejs (>= 16)
  + nodejs (>= 18)
Homepage: (none) -> https://example.org

── Files: 1 added, 3 removed, 6 changed
+ -rw-r--r-- root:root 4 /usr/share/hello/new
- -rw-r--r-- root:root 2 /etc/hello.old
- -rw-r--r-- root:root 2 /usr/share/hello/dir/x
- -rw-r--r-- root:root 5 /usr/share/hello/gone
~ /etc/hello.conf: content, of the same size
~ /usr/bin/hello: content, of the same size; mode 0755 -> 4755
~ /${unit}: content, 35 -> 42 bytes
~ /usr/share/hello/a.txt: content, 14 -> 15 bytes
~ /usr/share/hello/dir: kind directory -> file
~ /usr/share/hello/link: target a.txt -> new

── Conffiles
- /etc/hello.old

`);
    expect(stdout).toContain(
      '── Script: postinst (changed)\n--- postinst\told\n+++ postinst\tnew\n@@ -1,3 +1,4 @@\n',
    );
    expect(stdout).toContain('\n set -e\n+echo hello\n exit 0\n');
    expect(stdout).toContain('── Control file: triggers (added)\n');
    expect(stdout).toContain(`── Unit: /${unit} (changed)\n`);
    expect(stdout).toContain('\n-ExecStart=/usr/bin/hello\n+ExecStart=/usr/bin/hello --loud\n');
    expect(stdout).not.toContain('zwei');
  });

  test('--text shows what changed in any text file', () => {
    const folder = scratchFolder();
    debOf(folder, 'old', before);
    debOf(folder, 'new', { ...after, files: { ...after.files, 'usr/share/hello/new': 'a\0b' } });
    const { stdout } = mkdeb(folder, ['diff', '--text', 'old.deb', 'new.deb']);
    expect(stdout).toContain('── Text: /usr/share/hello/a.txt (changed)\n');
    expect(stdout).toContain('\n one\n-two\n+zwei\n three\n');
    expect(stdout).toContain('── Text: /usr/share/hello/gone (removed)\n');
    expect(stdout).not.toContain('── Text: /usr/share/hello/new');
    expect(stdout).not.toContain(`── Text: /${unit}`);
  });

  test('--json tells one object', () => {
    const folder = scratchFolder();
    debOf(folder, 'old', before);
    debOf(folder, 'new', after);
    const { status, stdout } = mkdeb(folder, ['diff', '--json', 'old.deb', 'new.deb']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      same: false,
      old: { name: 'hello', version: '1.0', architecture: 'all' },
      new: { name: 'hello', version: '1.1', architecture: 'all' },
      upgrade: expect.arrayContaining(['1.1 is newer than 1.0: apt upgrades']),
      fields: expect.arrayContaining([
        { field: 'Version', old: '1.0', new: '1.1' },
        expect.objectContaining({ field: 'Depends', added: ['nodejs (>= 18)'], removed: ['nodejs (>= 16)'] }),
      ]),
      files: {
        added: [expect.objectContaining({ path: '/usr/share/hello/new', mode: '0644', size: 4 })],
        changed: expect.arrayContaining([
          expect.objectContaining({ path: '/usr/bin/hello', aspects: ['content', 'mode'] }),
        ]),
      },
      conffiles: { added: [], removed: ['/etc/hello.old'] },
      scripts: [
        { name: 'postinst', change: 'changed' },
        { name: 'triggers', change: 'added' },
      ],
      units: [{ name: `/${unit}`, change: 'changed', diff: expect.stringContaining('+ExecStart') }],
    });
  });

  test('the same content is the same, whoever has packed it and however: exit 0', async () => {
    const folder = scratchFolder();
    await writeDeb(
      packageOf([{ kind: 'file', path: '/usr/share/hello/a', mode: 0o644, content: { text: 'a\n' } }]),
      join(folder, 'ours.deb'),
      plain,
    );
    const parts = join(folder, 'parts');
    run('mkdir', parts);
    const pack = (name: string, ...tar: string[]) =>
      run(
        'sh',
        '-euc',
        `deb=$1; cd "$2"; ar x ../ours.deb; mkdir t; tar -xf data.tar -C t; touch t/usr/share/hello/a
        tar -C t --owner=root --group=root "$3" -cf data.tar ./usr; xz -f data.tar; gzip -nf control.tar
        ar rcS "../$deb" debian-binary control.tar.gz data.tar.xz; rm -rf ./*`,
        'sh',
        name,
        parts,
        ...tar,
      );
    for (const format of ['ustar', 'gnu', 'v7']) {
      pack(`${format}.deb`, `--format=${format}`);
      const { status, stdout } = mkdeb(folder, ['diff', 'ours.deb', `${format}.deb`]);
      expect(stdout).toBe('hello 1.0 (all): the same fields, files and scripts\n');
      expect(status).toBe(0);
    }
  });

  test('what can’t be read: one line, exit 2', () => {
    const folder = scratchFolder();
    debOf(folder, 'old', before);
    writeFileSync(join(folder, 'no.deb'), 'no');
    for (const [args, said] of [
      [['old.deb', 'none.deb'], 'none.deb: there is no such file\n'],
      [['no.deb', 'old.deb'], 'no.deb: not a Debian package: it does not begin as an ar archive does\n'],
    ] as const) {
      expect(mkdeb(folder, ['diff', ...args])).toMatchObject({ status: 2, stdout: '', stderr: said });
    }
    expect(mkdeb(folder, ['diff', 'old.deb']).status).toBe(2);
  });
});
