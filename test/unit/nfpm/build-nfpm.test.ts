import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { dpkgInto, run, scratchFolder } from '../deb/scratch.ts';

/** After nfpm's own acceptance test, testdata/acceptance/core.complex.yaml, widened. */
const complex = `name: foo
arch: \${BUILD_ARCH}
platform: linux
version: v1.2.3-beta
version_metadata: git
release: 2
epoch: 1
section: utils
maintainer: "Foo Bar <foo@example.org>"
depends: [bash]
provides: [fake]
recommends: [fish]
replaces: [foo]
suggests: [zsh]
description: |
  Foo bar
    Multiple lines
vendor: foobar
homepage: https://foobar.org
license: MIT
changelog: ./changelog.yaml
contents:
  - src: ./testdata/fake
    dst: /usr/bin/fake
    file_info: {mode: 0755}
  - src: ./testdata/folder/*
    dst: /usr/share/whatever/folder
  - src: ./testdata/whatever.conf
    dst: /etc/foo/whatever.conf
    type: config
  - src: ./testdata/something
    dst: /etc/something
  - src: ./testdata/folder
    dst: /opt/tree
    type: tree
    file_info: {owner: daemon, group: adm, mtime: 2008-01-02T15:04:05Z}
  - dst: /var/log/whatever
    type: dir
    file_info: {mode: 0750, owner: daemon}
  - src: /usr/bin/fake
    dst: /usr/bin/link
    type: symlink
  - packager: deb
    src: ./testdata/fake
    dst: /usr/bin/fake2
    file_info: {mode: 04755}
  - packager: rpm
    src: ./testdata/not-there
    dst: /usr/bin/fake2
  - dst: /var/log/ghost
    type: ghost
scripts:
  preinstall: ./testdata/preinstall.sh
  postinstall: ./testdata/postinstall.sh
  preremove: ./testdata/preremove.sh
  postremove: ./testdata/postremove.sh
deb:
  breaks: ["old (<< 1)"]
  predepends: [early]
  triggers: {interest_noawait: [/usr/share/whatever], activate: [another]}
  scripts: {rules: ./testdata/rules, templates: ./testdata/templates, config: ./testdata/config}
  fields: {Bugs: https://example.org/bugs, Multi-Arch: foreign}
rpm: {group: Unspecified}
`;
const script = (name: string) => `#!/bin/sh\necho ${name} "$@" >>"$DPKG_ROOT/scripts.log"\n`;
const files = {
  'nfpm.yaml': complex,
  'testdata/fake': '#!/bin/sh\necho fake\n',
  'testdata/folder/folder2/file1': '1',
  'testdata/folder/folder2/file2': '2',
  'testdata/folder/file3': '3',
  'testdata/whatever.conf': 'a=1\n',
  'testdata/something': 'x',
  'testdata/preinstall.sh': script('preinstall'),
  'testdata/postinstall.sh': script('postinstall'),
  'testdata/preremove.sh': script('preremove'),
  'testdata/postremove.sh': script('postremove'),
  'testdata/rules': 'rules\n',
  'testdata/templates': 'Template: foo/q\nType: boolean\nDescription: is it?\n',
  'testdata/config': '#!/bin/sh\nexit 0\n',
  'changelog.yaml': `- semver: 1.2.3
  date: 2009-11-10T23:00:00+01:00
  packager: Foo Bar <foo@example.org>
  deb: {urgency: medium, distributions: [debian, stable]}
  changes:
    - commit: 74a9f7c
      note: |
        first line
        and its further one

    - {note: second change, author: {name: Ada}}
- semver: 1.0.0
  date: 2009-10-10
  packager: Foo Bar <foo@example.org>
`,
};

test('an nfpm.yaml makes the package that nfpm would, and dpkg installs it', () => {
  const dir = appDirectory(files);
  const built = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '--json'], { BUILD_ARCH: 'all' });
  expect(built.stderr.split('\n').filter((line) => line !== '')).toEqual([
    'warning: nfpm.yaml:63:1: rpm: for other formats, passed over',
    'warning: nfpm.yaml:50:5: contents[9]: "ghost" is for rpm only; left out',
  ]);
  expect(built.status).toBe(0);
  expect(JSON.parse(built.stdout)).toMatchObject({
    path: 'foo_1.2.3~beta+git-2_all.deb',
    version: '1:1.2.3~beta+git-2',
    compression: 'gzip',
  });
  const deb = join(dir, 'foo_1.2.3~beta+git-2_all.deb');

  expect(run('dpkg-deb', '--field', deb).replace(/Size: \d+/, 'Size: 26')).toBe(`Package: foo
Version: 1:1.2.3~beta+git-2
Architecture: all
Multi-Arch: foreign
Maintainer: Foo Bar <foo@example.org>
Installed-Size: 26
Pre-Depends: early
Depends: bash
Recommends: fish
Suggests: zsh
Breaks: old (<< 1)
Provides: fake
Replaces: foo
Section: utils
Priority: optional
Homepage: https://foobar.org
Description: Foo bar
 Multiple lines
Bugs: https://example.org/bugs
`);
  const listed = run('env', 'TZ=UTC', 'dpkg-deb', '--contents', deb)
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
    .filter((line) => !/^drwxr-xr-x root\/root/.test(line));
  expect(listed.sort((a, b) => (a.split(' ')[5] as string).localeCompare(b.split(' ')[5] as string))).toEqual(
    [
      '-rw-r--r-- root/root 4 2023-11-14 22:13 ./etc/foo/whatever.conf',
      '-rw-r--r-- root/root 1 2023-11-14 22:13 ./etc/something',
      'drwxr-xr-x daemon/adm 0 2008-01-02 15:04 ./opt/tree/',
      '-rw-r--r-- daemon/adm 1 2008-01-02 15:04 ./opt/tree/file3',
      'drwxr-xr-x daemon/adm 0 2008-01-02 15:04 ./opt/tree/folder2/',
      '-rw-r--r-- daemon/adm 1 2008-01-02 15:04 ./opt/tree/folder2/file1',
      '-rw-r--r-- daemon/adm 1 2008-01-02 15:04 ./opt/tree/folder2/file2',
      '-rwxr-xr-x root/root 20 2023-11-14 22:13 ./usr/bin/fake',
      '-rwsr-xr-x root/root 20 2023-11-14 22:13 ./usr/bin/fake2',
      'lrwxrwxrwx root/root 0 2023-11-14 22:13 ./usr/bin/link -> /usr/bin/fake',
      expect.stringMatching(
        /^-rw-r--r-- root\/root \d+ 2023-11-14 22:13 \.\/usr\/share\/doc\/foo\/changelog\.Debian\.gz$/,
      ),
      '-rw-r--r-- root/root 1 2023-11-14 22:13 ./usr/share/whatever/folder/file3',
      '-rw-r--r-- root/root 1 2023-11-14 22:13 ./usr/share/whatever/folder/folder2/file1',
      '-rw-r--r-- root/root 1 2023-11-14 22:13 ./usr/share/whatever/folder/folder2/file2',
      'drwxr-x--- daemon/root 0 2023-11-14 22:13 ./var/log/whatever/',
    ],
  );
  expect(run('dpkg-deb', '--info', deb, 'conffiles')).toBe('/etc/foo/whatever.conf\n');
  expect(run('dpkg-deb', '--info', deb, 'triggers')).toBe(
    'interest-noawait /usr/share/whatever\nactivate another\n',
  );
  for (const [name, file] of [
    ['rules', 'rules'],
    ['templates', 'templates'],
    ['config', 'config'],
    ['preinst', 'preinstall.sh'],
    ['postrm', 'postremove.sh'],
  ] as const)
    expect(run('dpkg-deb', '--info', deb, name)).toBe(readFileSync(join(dir, 'testdata', file), 'utf8'));

  const root = join(scratchFolder(), 'root');
  run('mkdir', '-p', `${root}/etc`, `${root}/var/lib/dpkg/triggers`);
  run('cp', '/etc/passwd', '/etc/group', `${root}/etc/`);
  const installed = dpkgInto(root, '--force-breaks', '--install', deb);
  expect(installed).toContain('Setting up foo');
  const log = () => readFileSync(`${root}/scripts.log`, 'utf8');
  expect(log()).toBe('preinstall install\npostinstall configure \n');
  expect(readlinkSync(`${root}/usr/bin/link`)).toBe('/usr/bin/fake');
  expect(lstatSync(`${root}/opt/tree/file3`).uid).toBe(process.getuid?.() === 0 ? 1 : process.getuid?.());
  writeFileSync(`${root}/etc/foo/whatever.conf`, 'a=2\n');
  dpkgInto(root, '--purge', 'foo');
  expect(log()).toContain('preremove remove\npostremove remove\npostremove purge\n');
  expect(existsSync(`${root}/opt/tree`)).toBe(false);
});

test('the changelog is one that dpkg reads without a complaint', () => {
  const dir = appDirectory({ ...files });
  expect(mkdeb(dir, ['build', '-c', 'nfpm.yaml', '-o', 'a.deb'], { BUILD_ARCH: 'all' }).status).toBe(0);
  const name = './usr/share/doc/foo/changelog.Debian.gz';
  const text = run('sh', '-c', `dpkg-deb --fsys-tarfile ${dir}/a.deb | tar -xO ${name} | zcat`);
  expect(text).toBe(`foo (1.2.3) debian stable; urgency=medium

  * first line
   - and its further one
  * second change

 -- Foo Bar <foo@example.org>  Tue, 10 Nov 2009 22:00:00 +0000

foo (1.0.0) unstable; urgency=low

  * Version 1.0.0.

 -- Foo Bar <foo@example.org>  Sat, 10 Oct 2009 00:00:00 +0000
`);
  writeFileSync(join(dir, 'changelog'), text);
  const parsed = run('sh', '-c', `dpkg-parsechangelog --all -l ${dir}/changelog 2>&1`);
  expect(parsed).toMatch(/^Source: foo\nVersion: 1\.2\.3\nDistribution: debian stable\nUrgency: medium\n/);
});

test('the same files give the same bytes, whenever they were written', () => {
  const build = (dir: string) => {
    const ran = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '-o', 'a.deb'], { BUILD_ARCH: 'amd64' });
    expect(ran.status).toBe(0);
    return readFileSync(join(dir, 'a.deb'));
  };
  const first = appDirectory(files);
  run('find', first, '-exec', 'touch', '-d', '2001-02-03', '{}', '+');
  expect(build(first).equals(build(appDirectory(files)))).toBe(true);
});

test('compression is deb.compression, or what the command line says', () => {
  const least = 'name: foo\nversion: 1\nmaintainer: Ada <ada@example.org>\nmtime: 2009-11-10T23:00:00Z\n';
  const dir = appDirectory({ 'nfpm.yaml': `${least}deb: {compression: xz, arch_variant: amd64v3}\n` });
  const members = (...args: string[]) => {
    const { status } = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '-o', 'a.deb', ...args]);
    expect(status).toBe(0);
    return run('ar', 't', join(dir, 'a.deb'));
  };
  expect(members()).toContain('data.tar.xz');
  expect(members('--compress', 'none')).toContain('data.tar\n');
  expect(run('dpkg-deb', '--field', join(dir, 'a.deb'), 'Architecture-Variant')).toBe('amd64v3\n');
  expect(run('env', 'TZ=UTC', 'dpkg-deb', '--contents', join(dir, 'a.deb'))).toContain('2009-11-10 23:00 ./');
  expect(JSON.parse(mkdeb(dir, ['build', '-c', 'nfpm.yaml', '--json']).stdout)).toMatchObject({
    path: 'foo_1.0.0_amd64v3.deb',
  });
});

test('what is not there, and a script that nothing can run, are told with their places; nothing is written', () => {
  const dir = appDirectory({
    'nfpm.yaml':
      'name: foo\nversion: 1\nmaintainer: A <a@b.c>\nscripts:\n  preinstall: none.sh\n  postinstall: plain\n',
    plain: 'echo hello\n',
  });
  const { status, stderr } = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '-o', 'a.deb']);
  expect(status).toBe(2);
  expect(stderr).toBe(
    'nfpm.yaml:5:15: scripts.preinstall is "none.sh"; there is no such file in .\n' +
      'nfpm.yaml:6:16: scripts.postinstall is "plain"; its first line has to name what runs it, such as "#!/bin/sh"\n',
  );
  expect(existsSync(join(dir, 'a.deb'))).toBe(false);
});

test('where only an nfpm.yaml is, the way to it is told', () => {
  const dir = appDirectory({ 'nfpm.yaml': 'name: foo\n' });
  const { status, stderr } = mkdeb(dir, ['build']);
  expect(status).toBe(2);
  expect(stderr).toBe(
    'mkdeb.yaml: there is no such file; for the nfpm.yaml there, say "mkdeb build -c nfpm.yaml"\n',
  );
});
