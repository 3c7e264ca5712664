import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';
import { mkdeb } from './mkdeb.ts';

const least = `name: shop
version: 1.10
maintainer: Ada <ada@example.org>
description: sells things
`;

test('contents, scripts and deb of mkdeb.yaml come in addition to the app', () => {
  const dir = appDirectory({
    'mkdeb.yaml': `${least}service: {exec: ./shop, port: 8080}
umask: 0o077
contents:
  - {src: shop.conf, dst: /etc/shop.conf, type: config, file_info: {group: adm}}
  - {src: "\${OUT}/*.gz", dst: /usr/share/man/man1/, expand: true}
  - {dst: /var/lib/shop/spool, type: dir, file_info: {mode: 0750}}
  - {src: shop.conf, dst: /etc/rpm.conf, packager: rpm}
scripts: {preinstall: pre.sh, postinstall: post.sh}
changelog: changelog.yaml
deb:
  compression: gzip
  predepends: [dpkg (>= 1.21)]
  triggers: {interest_noawait: [/usr/share/shop]}
  fields: {Vcs-Git: "https://example.org/shop"}
ignore: ["*.conf", "*.gz", "*.sh", changelog.yaml]
`,
    shop: '#!/bin/sh\n',
    'shop.conf': 'a=1\n',
    'man/shop.1.gz': 'x',
    'pre.sh': '#!/bin/sh\nexit 0\n',
    'post.sh': '#!/bin/sh\nsystemctl restart shop\n',
    'changelog.yaml':
      '- {semver: "1.10", date: 2026-01-02, packager: Ada <ada@example.org>, changes: [{note: new}]}\n',
  });
  chmodSync(join(dir, 'shop'), 0o755);
  const built = mkdeb(dir, ['build', '-o', 'a.deb', '--json'], { OUT: 'man' });
  expect(built.stderr).toBe(
    'warning: postinstall: "systemctl restart shop" stops the service: requests are lost; mkdeb starts, hands over and stops it\n',
  );
  expect(JSON.parse(built.stdout)).toMatchObject({ version: '1.10', compression: 'gzip' });
  const deb = join(dir, 'a.deb');
  const contents = run('dpkg-deb', '--contents', deb).replaceAll(/ +/g, ' ');
  expect(contents).toMatch(/^-rw------- root\/adm 4 .* \.\/etc\/shop\.conf$/m);
  expect(contents).toMatch(/^-rw------- root\/root 1 .* \.\/usr\/share\/man\/man1\/shop\.1\.gz$/m);
  expect(contents).toMatch(/^drwxr-x--- root\/root 0 .* \.\/var\/lib\/shop\/spool\/$/m);
  expect(contents).toMatch(/ \.\/usr\/lib\/shop\/dist\/shop$/m);
  expect(contents).not.toContain('rpm.conf');
  expect(run('dpkg-deb', '--info', deb, 'conffiles')).toBe(
    '/etc/default/shop\n/etc/needrestart/conf.d/shop.conf\n/etc/shop.conf\n',
  );
  expect(run('dpkg-deb', '--field', deb, 'Pre-Depends', 'Vcs-Git')).toBe(
    'Pre-Depends: dpkg (>= 1.21)\nVcs-Git: https://example.org/shop\n',
  );
  expect(run('dpkg-deb', '--info', deb, 'preinst')).toBe('#!/bin/sh\nexit 0\n');
  expect(run('dpkg-deb', '--info', deb, 'postinst')).toContain('systemctl restart shop');
  const rendered = mkdeb(dir, ['render', '-o', 'out'], { OUT: 'man' });
  expect(rendered.status).toBe(0);
  const out = join(dir, 'out');
  expect(run('sh', '-c', `cd ${out} && find . -name shop.conf -o -name triggers | LC_ALL=C sort`)).toBe(
    './DEBIAN/triggers\n./etc/needrestart/conf.d/shop.conf\n./usr/lib/sysusers.d/shop.conf\n',
  );
});

test('contents cannot take the place of what mkdeb makes, and the unset variable is told', () => {
  const dir = appDirectory({
    'mkdeb.yaml': `${least}contents:
  - {src: shop, dst: "/usr/lib/\${NAME}shop/dist/shop", expand: true}
`,
    shop: '#!/bin/sh\n',
  });
  const { status, stderr } = mkdeb(dir, ['build', '-o', 'a.deb']);
  expect(status).toBe(2);
  expect(stderr).toContain('the package holds /usr/lib/shop/dist/shop twice');
});
