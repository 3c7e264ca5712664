import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LintFinding } from '../../../src/lint/finding.ts';
import { lintPackage } from '../../../src/lint/lint-package.ts';
import { lintedPackage } from '../../../src/lint/linted-package.ts';
import { lintianFindings } from '../../../src/lint/lintian-output.ts';
import { commandLines } from '../../../src/lint/script-commands.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { scratchFolder } from '../deb/scratch.ts';
import { debOf, type Tree } from '../diff/packages.ts';
import { debOfData, type RawEntry } from '../hostile/archives.ts';

const clean: Tree = {
  control: { Section: 'net', Priority: 'optional', Description: 'greets people over HTTP\n It says hello.' },
  files: {
    'usr/share/doc/hello/copyright': 'mine\n',
    'usr/share/doc/hello/changelog.gz': 'x',
    'usr/bin/hello': '#!/bin/sh\n',
  },
  // All times are one, as a packager sets them that holds to SOURCE_DATE_EPOCH.
  shell: `chmod 755 usr/bin/hello
    (find usr etc opt -type f ! -path '*/systemd/*' 2>/dev/null | xargs md5sum) >DEBIAN/md5sums
    find . -exec touch -h -d @1700000000 {} +`,
};

/** The findings of one rule, or all, in a package that differs from a clean one. */
async function findings(change: Tree, rule?: string): Promise<LintFinding[]> {
  const folder = scratchFolder();
  const shell = `${change.shell ?? ''}\n${clean.shell}`;
  const tree = {
    control: { ...clean.control, ...change.control },
    files: { ...clean.files, ...change.files },
    shell,
  };
  const found = lintPackage(await lintedPackage(debOf(folder, 'x', tree, true)));
  return rule === undefined ? found : found.filter((finding) => finding.rule === rule);
}

test('a clean package has no findings', async () => {
  expect(await findings({})).toEqual([]);
});

const script = (text: string): Tree => ({ files: { 'DEBIAN/postinst': text } });

test.each<[rule: string, change: Tree, where: string[]]>([
  ['recommended-field', { control: { Section: '' } }, ['Section']],
  ['malformed-contact', { control: { Maintainer: 'somebody' } }, ['Maintainer']],
  ['unknown-architecture', { control: { Architecture: 'x86_64' } }, ['Architecture']],
  ['unknown-priority', { control: { Priority: 'high' } }, ['Priority']],
  ['bad-relation', { control: { Depends: 'libc6 (> 2), other' } }, ['Depends']],
  ['extended-description-is-empty', { control: { Description: 'greets people' } }, ['Description']],
  ['synopsis-style', { control: { Description: 'hello is good\n x' } }, ['Description']],
  ['no-installed-size', { control: { 'Installed-Size': '' } }, ['Installed-Size']],
  ['wrong-installed-size', { control: { 'Installed-Size': '50000' } }, ['Installed-Size']],
  ['essential', { control: { Essential: 'yes' } }, ['Essential']],
  ['file-in-usr-local', { files: { 'usr/local/bin/x': 'x' } }, ['/usr/local/bin', '/usr/local/bin/x']],
  ['dir-or-file-in-opt', { files: { 'opt/hello/x': 'x' } }, ['/opt/hello', '/opt/hello/x']],
  ['dir-or-file-in-run-or-tmp', { files: { 'run/hello/x': 'x' } }, ['/run/hello', '/run/hello/x']],
  ['file-that-may-hold-secrets', { files: { 'usr/lib/hello/.env': 'x' } }, ['/usr/lib/hello/.env']],
  ['world-writable', { shell: 'mkdir usr/lib; chmod 777 usr/lib' }, ['/usr/lib']],
  ['elevated-privileges', { shell: 'touch usr/bin/x; chmod 4755 usr/bin/x' }, ['/usr/bin/x']],
  ['non-executable-in-path', { files: { 'usr/bin/x': 'x' } }, ['/usr/bin/x']],
  ['device-or-fifo', { shell: 'mkfifo usr/pipe' }, ['/usr/pipe']],
  ['control-character-in-path', { shell: 'touch "usr/a$(printf "\\033")b"' }, ['/usr/a\x1bb']],
  ['national-encoding', { shell: 'touch "usr/$(printf "\\344")"' }, ['/usr/\\xe4']],
  ['no-copyright-file', { shell: 'rm usr/share/doc/hello/copyright' }, ['/usr/share/doc/hello/copyright']],
  ['file-in-etc-not-marked-as-conffile', { files: { 'etc/x': 'x' } }, ['/etc/x']],
  ['missing-conffile', { files: { 'DEBIAN/conffiles': '/etc/none\n' } }, ['/etc/none']],
  [
    'non-etc-file-marked-as-conffile',
    { files: { 'DEBIAN/conffiles': '/usr/bin/hello\n' } },
    ['/usr/bin/hello'],
  ],
  ['script-without-interpreter', script('set -e\n'), ['postinst']],
  ['maintainer-script-ignores-errors', script('#!/bin/sh\nexit 0\n'), ['postinst']],
  [
    'maintainer-script-calls-systemctl',
    script('#!/bin/sh\nset -e\n# systemctl start x\nif true; then /bin/systemctl --quiet restart x; fi\n'),
    ['postinst:4'],
  ],
  [
    'maintainer-script-calls-service',
    script('#!/bin/sh -e\nservice hello restart || true\n'),
    ['postinst:2'],
  ],
  [
    'maintainer-script-calls-apt',
    script('#!/bin/sh -e\nDEBIAN_FRONTEND=x apt-get -y install y\n'),
    ['postinst:2'],
  ],
  [
    'systemd-unit-in-etc',
    { files: { 'etc/systemd/system/x.service': '[Service]\n' } },
    ['/etc/systemd/system/x.service'],
  ],
  [
    'service-restarts-at-upgrade',
    { files: { 'usr/lib/systemd/system/x.service': '[Service]\nExecStart=/usr/bin/hello\n' } },
    ['/usr/lib/systemd/system/x.service'],
  ],
  ['no-changelog', { shell: 'rm usr/share/doc/hello/changelog.gz' }, ['/usr/share/doc/hello/changelog.gz']],
  ['relative-conffile', { files: { 'DEBIAN/conffiles': 'etc/x\n', 'etc/x': 'x' } }, ['etc/x']],
  [
    'conffile-is-not-a-file',
    { files: { 'DEBIAN/conffiles': '/etc/x\n' }, shell: 'mkdir etc; ln -s y etc/x' },
    ['/etc/x'],
  ],
  [
    'control-file-has-bad-permissions',
    { ...script('#!/bin/sh -e\n'), shell: 'chmod 644 DEBIAN/postinst' },
    ['postinst'],
  ],
  ['duplicate-field', { control: { version: '1.0' } }, ['version']],
  ['file-in-unusual-dir', { files: { 'home/x': 'x' } }, ['/home/x']],
  ['dir-or-file-in-srv-or-var-www', { files: { 'srv/x': 'x' } }, ['/srv/x']],
  [
    'package-contains-vcs-control-dir',
    { files: { 'usr/lib/x/.git/config': 'x' } },
    ['/usr/lib/x/.git', '/usr/lib/x/.git/config'],
  ],
  [
    'executable-unit',
    {
      files: { 'usr/lib/systemd/system/x.timer': '[Timer]\n' },
      shell: 'chmod 755 usr/lib/systemd/system/x.timer',
    },
    ['/usr/lib/systemd/system/x.timer'],
  ],
])('%s: %j', async (rule, change, where) => {
  const found = await findings(change, rule);
  expect(found).toMatchObject([
    { where, source: expect.stringMatching(/./), mend: expect.stringMatching(/./) },
  ]);
});

/** What dpkg-deb would not pack. */
test.each<[rule: string, entries: RawEntry[], where: string[]]>([
  ['path-twice', [{ name: './x' }, { name: './x' }], ['/x']],
  ['path-through-no-directory', [{ name: './a' }, { name: './a/x' }], ['/a/x']],
  ['missing-parent-directory', [{ name: './usr/x' }], ['/usr']],
  ['hardlink-to-no-file', [{ name: './x', type: '1', target: './none' }], ['/x -> /none']],
  ['wrong-file-owner-uid-or-gid', [{ name: './x', uid: '0001750', user: '' }], ['/x']],
  ['file-of-a-user-not-on-every-host', [{ name: './x', user: 'ada' }], ['/x']],
  ['package-contains-ancient-file', [{ name: './x', mtime: '00000000001' }], ['/x']],
  ['no-md5sums-control-file', [{ name: './x' }], []],
])('%s, of whatever packager: %j', async (rule, entries, where) => {
  const path = join(scratchFolder(), 'x.deb');
  writeFileSync(path, debOfData(...entries));
  const found = lintPackage(await lintedPackage(path)).filter((finding) => finding.rule === rule);
  expect(found).toMatchObject([{ where }]);
});

test('a file that is not what md5sums says is an error', async () => {
  const change = { shell: 'true' };
  const folder = scratchFolder();
  const shell = `${clean.shell}; echo changed >>usr/bin/hello; echo "${'0'.repeat(32)}  usr/none" >>DEBIAN/md5sums`;
  const pkg = await lintedPackage(debOf(folder, 'x', { ...clean, ...change, shell }, true));
  expect(lintPackage(pkg)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ rule: 'md5sum-mismatch', level: 'error', where: ['/usr/bin/hello'] }),
      expect.objectContaining({ rule: 'md5sums-lists-nonexistent-file', where: ['/usr/none'] }),
    ]),
  );
});

test('times of the build are told, and one time is not', async () => {
  const folder = scratchFolder();
  const shell = `${clean.shell}; touch -d @1700000003 usr/bin/hello; touch -d @1700000007 usr/share`;
  const pkg = await lintedPackage(debOf(folder, 'x', { ...clean, shell }, true));
  const found = lintPackage(pkg);
  expect(found.map(({ rule, says }) => [rule, says])).toEqual([
    [
      'times-of-the-build',
      'its files’ times are 3 different seconds of the last hour before 2023-11-14T22:13:27.000Z: another build gives other bytes',
    ],
  ]);
});

test('what is quoted, a comment or a here-document is no command', () => {
  const text = `#!/bin/sh
echo "systemctl start x # no" # systemctl stop y
cat <<EOF
apt-get install x
EOF
echo 'several
service x restart
' && true`;
  expect(commandLines(text)).toEqual([
    { line: 2, command: 'echo "" ' },
    { line: 3, command: 'cat <<EOF' },
    { line: 6, command: 'echo ""' },
    { line: 8, command: ' && true' },
  ]);
});

test('lintian’s lines become one finding a tag', () => {
  const output = `E: hello: dir-or-file-in-opt [opt/x/]
E: hello: dir-or-file-in-opt [opt/x/a]
W: hello: recommended-field x.deb Section
N: some note
`;
  expect(lintianFindings(output)).toMatchObject([
    { level: 'error', rule: 'dir-or-file-in-opt', where: ['[opt/x/]', '[opt/x/a]'] },
    { level: 'warning', rule: 'recommended-field', where: ['x.deb Section'] },
  ]);
});

describe('mkdeb lint', () => {
  const app = {
    'app/package.json': {
      name: 'hello',
      version: '1.2.0',
      description: 'greets people over HTTP',
      author: 'Ada Lovelace <ada@example.org>',
      license: 'MIT',
      main: 'server.js',
    },
    'app/LICENSE': 'MIT License\n\nCopyright (c) 2026 Ada Lovelace\n',
    'app/server.js': "require('http').createServer(greet).listen(8080);\n",
  };

  test('asks lintian too, also of a zstd package, and leaves no folder behind', () => {
    const dir = appDirectory({ ...app, 'app/mkdeb.yaml': 'description: Hello\nservice:\n  port: 8080\n' });
    mkdirSync(join(dir, 'tmp'));
    expect(mkdeb(dir, ['build', 'app', '-o', 'x.deb']).status).toBe(0);
    const { status, stdout, stderr } = mkdeb(dir, ['lint', 'x.deb'], { TMPDIR: join(dir, 'tmp') });
    expect(stderr).toBe('');
    expect(stdout).toContain('warning  service-without-health-check: hello.service\n');
    expect(stdout).toContain('-> give service.health a path in mkdeb.yaml');
    expect(stdout).not.toContain('note: ');
    expect(stdout).not.toMatch(/malformed|compression/);
    expect(status).toBe(1);
    expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
  });

  test('exits 0 for a package of mkdeb’s with a health check, and says where there is no lintian', () => {
    const config =
      'description: |\n  greets people\n  It says hello.\nservice:\n  port: 8080\n  health: /health\n';
    const dir = appDirectory({ ...app, 'app/mkdeb.yaml': config });
    expect(mkdeb(dir, ['build', 'app', '-o', 'x.deb']).status).toBe(0);
    // A PATH with all that is needed but lintian.
    mkdirSync(join(dir, 'bin'));
    for (const tool of ['zstd', 'node'])
      symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(dir, 'bin', tool));
    const path = { PATH: join(dir, 'bin') };
    expect(mkdeb(dir, ['lint', 'x.deb'], path)).toMatchObject({
      status: 0,
      stderr: '',
      stdout:
        'note: lintian is not here: apt install lintian; these are mkdeb’s own rules\nx.deb: nothing is wrong\n',
    });
    const { status, stdout } = mkdeb(dir, ['lint', '--json', 'x.deb'], path);
    expect(JSON.parse(stdout)).toEqual({
      path: 'x.deb',
      clean: true,
      errors: 0,
      warnings: 0,
      lintian: 'lintian is not here: apt install lintian',
      findings: [],
    });
    expect(status).toBe(0);
  });

  test('what can’t be read: one line, exit 2', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'no.deb'), 'no');
    expect(mkdeb(folder, ['lint', 'no.deb'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'no.deb: not a Debian package: it does not begin as an ar archive does\n',
    });
    expect(mkdeb(folder, ['lint']).status).toBe(2);
  });
});
