import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNfpm } from '../../../src/nfpm/load-nfpm.ts';
import { appDirectory } from '../config/app-directory.ts';

const load = (text: string, environment: Record<string, string> = {}, more = {}) => {
  const dir = appDirectory({ 'nfpm.yaml': text });
  return loadNfpm(join(dir, 'nfpm.yaml'), { dir, environment, ...more });
};
const least = 'name: foo\nversion: 1.2.3\nmaintainer: Ada <ada@example.org>\n';

test('a least file has nfpm’s defaults', async () => {
  const { config, warnings } = await load('name: foo\nversion: v1.2.3-rc1\n');
  expect(config).toMatchObject({
    name: 'foo',
    version: '1.2.3~rc1',
    arch: 'amd64',
    maintainer: 'Unset Maintainer <unset@localhost>',
    synopsis: 'no description given',
    description: '',
    section: null,
    priority: 'optional',
    relations: {},
    service: null,
    packaging: {
      contents: [],
      contentsOptions: { umask: 0o002, disableGlobbing: false },
      compression: 'gzip',
    },
  });
  expect(warnings).toHaveLength(1);
});

test('every text is expanded; what is empty then counts as not given', async () => {
  const text = `name: $NAME
version: \${VERSION}
release: \${RELEASE}
section: \${SECTION}
arch: \${GOARCH}
maintainer: \${WHO} <ada@example.org>
description: |
  \${NAME} is
    indented

  text
depends: ["bash, \${MORE}", "\${NONE}", dash]
contents:
  - src: out/\${GOARCH}/$NAME
    dst: /usr/bin/$NAME
    expand: true
  - src: routes/$id.js
    dst: /opt/$NAME/$id.js
  - src: $NAME
    dst: /opt/x
    expand: false
deb:
  fields: {Vcs-Git: "https://$NAME.example.org", Bugs: $GONE}
  triggers: {interest_noawait: ["/usr/share/$NAME"]}
scripts: {postinstall: "./$NAME.sh"}
`;
  const environment = { NAME: 'foo', VERSION: 'v1.2', GOARCH: 'arm7', WHO: 'Ada', MORE: 'fish' };
  const { config, warnings } = await load(text, environment);
  expect(config).toMatchObject({
    name: 'foo',
    version: '1.2.0',
    arch: 'armhf',
    section: null,
    maintainer: 'Ada <ada@example.org>',
    synopsis: 'foo is',
    description: 'indented\n\ntext',
    relations: { depends: ['bash', 'fish', 'dash'] },
    packaging: {
      contents: [
        { src: 'out/arm7/foo', dst: '/usr/bin/foo' },
        { src: 'routes/$id.js', dst: '/opt/foo/$id.js' },
        { src: '$NAME', dst: '/opt/x' },
      ],
      fields: [['Vcs-Git', 'https://foo.example.org']],
      triggers: 'interest-noawait /usr/share/foo\n',
      scripts: { postinstall: { path: './foo.sh' } },
    },
  });
  expect(warnings.map((line) => line.replace(/^.*nfpm\.yaml:/, ''))).toEqual([
    '3:10: ${RELEASE} is not set; it is left empty',
    '4:10: ${SECTION} is not set; it is left empty',
    '12:28: ${NONE} is not set; it is left empty',
    '23:56: ${GONE} is not set; it is left empty',
  ]);
});

test('overrides.deb is merged as nfpm merges; other formats are passed over with a note', async () => {
  const { config, warnings } = await load(`${least}depends: [a-base]
suggests: [a-base]
umask: 0o022
scripts: {preinstall: pre, postinstall: post}
deb: {compression: xz, fields: {A: one, B: two}, breaks: [old]}
rpm: {group: Unspecified}
apk: {anything: {at: all}}
overrides:
  rpm: {depends: ["baz >= 1.2.3-0"]}
  deb:
    depends: [from-deb]
    suggests: []
    scripts: {postinstall: deb-post}
    deb: {fields: {B: three}, predepends: [early]}
    contents:
      - {src: a, dst: /a, file_info: {mode: 0640, owner: daemon, mtime: 2008-01-02T15:04:05Z}}
      - {src: a, dst: /b, packager: rpm}
      - {dst: /c, type: ghost}
`);
  expect(config).toMatchObject({
    relations: { depends: ['from-deb'], suggests: ['a-base'], breaks: ['old'], predepends: ['early'] },
    packaging: {
      contentsOptions: { umask: 0o022 },
      scripts: { preinstall: { path: 'pre' }, postinstall: { path: 'deb-post' } },
      compression: 'xz',
      fields: [
        ['A', 'one'],
        ['B', 'three'],
      ],
      contents: [{ src: 'a', dst: '/a', mode: 0o640, owner: 'daemon', mtimeSeconds: 1_199_286_245 }],
    },
  });
  expect(config.packaging.contents[0]?.place).toMatch(/nfpm\.yaml:19:9: contents\[0\]$/);
  expect(warnings.map((line) => line.replace(/^.*nfpm\.yaml:/, ''))).toEqual([
    '9:1: rpm, apk: for other formats, passed over',
    '21:9: contents[2]: "ghost" is for rpm only; left out',
  ]);
});

test('every mistake is told at its line', async () => {
  const failure = await load(`name: Foo
version: 1.0.0
relase: 1
depends: ["foo (> 1)"]
umask: 22
contents:
  - src: a
    dst: /../etc
    packager: dbe
    type: config|norepalce
    file_info: {mode: 644, owner: "a b", mtime: yesterday}
deb:
  compression: lzma
  fields: {Package: x, "a b": c, Installed-Size: 5}
  triggers: {interest: ["a b"]}
`).catch((error: Error) => error.message.replaceAll(/^.*nfpm\.yaml:/gm, ''));
  expect(failure).toBe(
    [
      '1:7: name is "Foo"; expected a Debian package name: at least two lower-case letters, digits and + - . , a letter or digit first (Policy 5.6.1)',
      '3:1: unknown key "relase"; did you mean "release"?',
      '4:11: depends[0] is "foo (> 1)"; ">" is obsolete (Policy 7.1); write "foo (>= 1)" or "foo (>> 1)"',
      '5:8: umask is "22"; expected permission bits in octal such as 0644 or 04755; write 022',
      '8:10: contents[0].dst is "/../etc"; expected a path on the host without ".."',
      '9:15: contents[0].packager is "dbe"; expected one of "deb", "rpm", "apk", "archlinux", "ipk", "msi", "msix", "srpm", "xbps"',
      '10:11: contents[0].type is "config|norepalce"; did you mean "config|noreplace"?',
      '11:23: contents[0].file_info.mode is "644"; expected permission bits in octal such as 0644 or 04755; write 0644',
      '11:35: contents[0].file_info.owner is "a b"; expected a user’s name of at most 31 letters, digits, - and _, or a number below 2097152',
      '11:49: contents[0].file_info.mtime is "yesterday"; expected a time such as 2008-01-02T15:04:05Z',
      '13:16: deb.compression is "lzma"; expected one of "zstd", "xz", "gzip", "none"',
      '14:21: deb.fields.Package is "x"; this field is made from name; give it there',
      '14:31: deb.fields.a b is "c"; "a b" is not a control field’s name',
      '14:50: deb.fields.Installed-Size is "5"; mkdeb computes this field; leave it out',
      '15:25: deb.triggers.interest[0] is "a b"; expected a trigger: a path such as /usr/share/icons, or a name such as update-initramfs',
    ].join('\n'),
  );
});

test('a version that dpkg would refuse is told, and --version and --arch go before the file', async () => {
  await expect(load('name: foo\nversion: stable\n')).rejects.toThrow(
    /nfpm\.yaml:2:10: version makes the Debian version "stable"; a Debian version starts with a digit/,
  );
  const { config } = await load(least, {}, { version: '9-1', arch: 'riscv64' });
  expect(config).toMatchObject({ version: '9-1', arch: 'riscv64' });
});

test('a service is read as in mkdeb.yaml: nothing is expanded, texts and numbers are what they are there', async () => {
  const service = `service:
  exec: [/bin/sh, -c, "exec ./foo $HOME"]
  port: 8080
  keep: 1
  environment: {MASK: 0022, EMPTY: "", REGION: "\${NAME}"}
`;
  const { config, warnings } = await load(`${least}${service}`, { NAME: 'foo', HOME: '/root' });
  expect(warnings).toEqual([]);
  expect(config.service).toMatchObject({
    exec: ['/bin/sh', '-c', 'exec ./foo $HOME'],
    ...{ listeners: [{ port: 8080 }], keep: 1, user: 'foo' },
    environment: { MASK: '0022', EMPTY: '', REGION: '${NAME}' },
  });
  await expect(load(`${least}service: {prt: 80}\n`)).rejects.toThrow(
    /nfpm\.yaml:4:11: unknown key "service\.prt"; did you mean "port"\?/,
  );
});
