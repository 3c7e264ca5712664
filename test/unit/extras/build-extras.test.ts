import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { run, scratchFolder } from '../deb/scratch.ts';
import { extras, files, least, units } from './app.ts';

const golden = (file: string) => join(import.meta.dirname, '../../golden/extras', file);

interface Built {
  deb: string;
  root: string;
}

/** Builds the stall's package and unpacks it, control files under DEBIAN. */
function build(config: string, more: Readonly<Record<string, string>> = {}): Built {
  const dir = appDirectory({ 'mkdeb.yaml': config, ...files, ...more });
  chmodSync(join(dir, 'stall'), 0o755);
  const built = mkdeb(dir, ['build', '-o', 'stall.deb', '--compress', 'gzip']);
  expect(built.stderr).toBe('');
  const deb = join(dir, 'stall.deb');
  const root = join(scratchFolder(), 'root');
  run('dpkg-deb', '--raw-extract', deb, root);
  return { deb, root };
}

/** Errors and warnings. */
function lintian(deb: string): string {
  const { stdout } = spawnSync('lintian', ['--allow-root', '--tag-display-limit', '0', deb], {
    encoding: 'utf8',
  });
  return stdout;
}

const service = 'service: { exec: ./stall, port: 8080 }\n';

test('all of it goes where the programs of a host look for it', async () => {
  const { deb, root } = build(`${least}${extras}${units}`);
  const listed = run('dpkg-deb', '--contents', deb)
    .trim()
    .split('\n')
    .map((line) => line.split(/ +/))
    .filter(
      ([mode = '', , , , , path = '']) =>
        !mode.startsWith('d') && !/\/(copyright|changelog.gz|dist\/.*)$/.test(path),
    )
    .map(([mode, , , , , path]) => `${mode} ${path}`);
  await expect(`${listed.sort().join('\n')}\n`).toMatchFileSnapshot(golden('list'));
  expect(run('dpkg-deb', '--info', deb, 'conffiles')).toBe(
    '/etc/cron.d/stall\n/etc/cron.daily/stall-clean\n/etc/logrotate.d/stall\n',
  );
  expect(run('dpkg-deb', '--field', deb, 'Depends', 'Recommends')).toBe(
    `Depends: debconf (>= 0.5) | debconf-2.0, init-system-helpers (>= 1.54), systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles
Recommends: cron | cron-daemon, logrotate
`,
  );
  expect(gunzipSync(readFileSync(join(root, 'usr/share/man/de/man1/stall.1.gz'))).toString()).toContain(
    'für Geld',
  );
  // No name and no time of its own: gzip -9n.
  expect(readFileSync(join(root, 'usr/share/man/man1/stall.1.gz')).subarray(3, 9).toString('hex')).toBe(
    '000000000002',
  );
  expect(run('sh', '-c', `dpkg-deb --info ${deb} templates`)).toBe(files['packaging/templates']);
  expect(lintian(deb)).toBe('');
  expect(mkdeb('.', ['lint', deb])).toMatchObject({ status: 0 });
});

test.each([
  ['files', ''],
  ['service', service],
])(
  'the maintainer scripts of a package of %s tell the programs, and shellcheck has nothing to say',
  async (kind, more) => {
    const { root } = build(`${least}${more}${extras}${units}`);
    const scripts = ['postinst', 'prerm', 'postrm'].map((name) => join(root, 'DEBIAN', name));
    for (const script of scripts)
      await expect(readFileSync(script, 'utf8')).toMatchFileSnapshot(
        golden(`${kind}-${script.split('/').at(-1)}`),
      );
    run('shellcheck', '--norc', ...scripts);
  },
);

test('a service’s package with all of it passes lintian', () => {
  const { deb, root } = build(`${least}${service}${extras}${units}`);
  expect(lintian(deb)).toBe('');
  // The service's own user has a file of its own.
  expect(readFileSync(join(root, 'usr/lib/sysusers.d/stall.conf'), 'utf8')).toContain('u stall ');
  expect(readFileSync(join(root, 'usr/lib/sysusers.d/stall-users.conf'), 'utf8')).toContain(
    'u stall-scales ',
  );
});

test('documents alone need no maintainer scripts', () => {
  const { root } = build(
    `${least}ignore: [packaging, man, doc, completions]\nmanpages: man/stall.1\ndocs: doc\n`,
  );
  expect(run('ls', join(root, 'DEBIAN'))).toBe('control\nmd5sums\n');
  expect(run('sh', '-c', `cd ${root}/usr/share/doc/stall && find . -type f | LC_ALL=C sort`)).toBe(
    './changelog.gz\n./copyright\n./examples/first/stall.conf\n./guide.txt\n./long.txt.gz\n./page.html\n./stall.info\n',
  );
});

test('scripts of the user’s own run inside of them, and read the answers', () => {
  const { root } = build(`${least}${extras}scripts: {postinstall: packaging/postinstall.sh}\n`, {
    'packaging/postinstall.sh':
      '#!/bin/sh -e\n. /usr/share/debconf/confmodule\ndb_get stall/price\necho "$RET"\n',
  });
  const postinst = readFileSync(join(root, 'DEBIAN/postinst'), 'utf8');
  expect(postinst).toMatch(/set_up_host\n {8}run_own_script "\$@"\n {8}db_stop\n/);
  expect(postinst).not.toContain('still serves');
  writeFileSync(join(root, 'postinst'), postinst);
  run('shellcheck', '--norc', join(root, 'postinst'));
});

test('the debconf answers are asked for, read and forgotten by real debconf', () => {
  const { root } = build(
    `${least}ignore: [packaging, man, doc, completions]
debconf: { templates: packaging/templates, config: packaging/config }
scripts: { postinstall: packaging/postinstall.sh }
`,
    {
      'packaging/postinstall.sh':
        '#!/bin/sh -e\n. /usr/share/debconf/confmodule\ndb_get stall/price\necho "the price is $RET"\n',
    },
  );
  // As dpkg has them: debconf knows the package, its templates and its config by the script's name.
  const work = scratchFolder();
  for (const name of ['postinst', 'postrm', 'config', 'templates'])
    run('cp', join(root, 'DEBIAN', name), join(work, `stall.${name}`));
  writeFileSync(
    join(work, 'debconf.conf'),
    `Config: configdb\nTemplates: templatedb\n\nName: configdb\nDriver: File\nFilename: ${work}/config.dat\n\nName: templatedb\nDriver: File\nFilename: ${work}/templates.dat\n`,
  );
  const script = (name: string, ...args: string[]) =>
    spawnSync(join(work, `stall.${name}`), args, {
      encoding: 'utf8',
      env: {
        ...process.env,
        DEBCONF_SYSTEMRC: join(work, 'debconf.conf'),
        DEBIAN_FRONTEND: 'noninteractive',
      },
    });
  const configured = script('postinst', 'configure', '');
  expect(configured).toMatchObject({ status: 0, stderr: 'the price is 1\n' });
  expect(readFileSync(join(work, 'config.dat'), 'utf8')).toContain('stall/price');
  expect(readFileSync(join(work, 'templates.dat'), 'utf8')).toContain('Preis eines Dings');
  expect(script('postrm', 'purge')).toMatchObject({ status: 0 });
  expect(readFileSync(join(work, 'config.dat'), 'utf8')).not.toContain('stall/price');
});
