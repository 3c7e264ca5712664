/** Configurations with anything in them changed: a package, or mistakes that are told. Never a stack trace, never a hang. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { BadInput } from '../../../src/bad-input.ts';
import { preparePackages } from '../../../src/commands/prepare-packages.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { plain, run, scratchFolder } from '../deb/scratch.ts';

/** More by the environment: FUZZ_RUNS=5000. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 120);
/** For one configuration; a machine that does much else is slow. */
const limitMs = 20_000;

const mkdebYaml = `name: hello
version: 1.10
maintainer: Ada Lovelace <ada@example.org>
description: |
  greets people over HTTP
  Further lines say more.
license: MIT
homepage: https://example.org
arch: auto
section: web
depends: [curl, "libc6 (>= 2.31)"]
ignore: ["*.log", "!keep.log"]
deb: {compression: none}
contents:
  - {src: ./server.js, dst: /usr/share/hello/server.js, file_info: {mode: 0640, owner: daemon}}
  - {src: conf/*, dst: /etc/hello, type: config}
  - {src: /usr/share/hello/server.js, dst: /usr/bin/hello, type: symlink}
  - {dst: /var/lib/hello, type: dir}
service:
  exec: node server.js --port 8080
  port: 8080
  handoff: reuseport
  health: {path: /healthz, within: 30s}
  environment: {A: "1", B: two}
  unit: {Service: {MemoryMax: 1G}}
`;
const nfpmYaml = `name: hello
arch: amd64
platform: linux
version: v1.2.3-beta+git
section: default
priority: extra
provides: [hello-bin]
maintainer: Ada Lovelace <ada@example.org>
description: greets people
vendor: nobody
homepage: http://example.org
license: MIT
umask: 0o002
mtime: 2024-01-02T03:04:05Z
contents: &contents
  - {src: server.js, dst: /usr/bin/hello, file_info: {mode: 0755, mtime: 2008-01-02T15:04:05Z}}
  - {src: conf, dst: /etc/hello, type: tree}
  - {src: conf/*, dst: "/usr/share/\${NAME}x/", expand: true}
  - {src: /usr/bin/hello, dst: /usr/bin/hi, type: symlink}
overrides:
  deb: {depends: [curl], contents: *contents}
scripts: {postinstall: script.sh}
deb:
  fields: {Bugs: https://example.org}
  triggers: {interest: [x]}
`;

const deep = (open: string, close: string, times: number) => `${open.repeat(times)}1${close.repeat(times)}`;
const bomb = `a: &a [${'x,'.repeat(9)}x]\n${[...'bcdefghi']
  .map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}*${'abcdefghi'[i]}]\n`)
  .join('')}`;

/** What may stand where anything else is expected. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e308,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 60,
      [],
      {},
      [[]],
      '',
    ],
    ...[
      ' ',
      '\0',
      'a\0b',
      '\n',
      'a\nb',
      'a\r\nb: c',
      '\u2028',
      '\u202e',
      '🙂',
      'é'.repeat(300),
      '\ud800',
      '"',
      "'",
    ],
    ...[
      '\\',
      '`id`',
      '$(id)',
      '${HOME}',
      '$',
      '%n',
      '%%',
      '#',
      ': ',
      '- ',
      '&a',
      '*a',
      '!x',
      '|',
      '>',
      '@',
      '~',
    ],
    ...[
      'x'.repeat(100_000),
      '1.0\n 2',
      'yes',
      '0777',
      '0o777',
      '1e3',
      '__proto__',
      'constructor',
      '-',
      '--',
      '.',
    ],
    ...[
      '*',
      '**',
      '[',
      '{',
      '{a,b}',
      '[!',
      '/',
      '//',
      './',
      'conf/',
      '/etc/hello/',
      '<a@b>',
      'A <>',
      '9999999999s',
    ],
    ...[{ toString: 1 }, { __proto__: null, constructor: 1 }, { length: 5 }, [null, [null]], { '': '' }],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** A value somewhere in it replaced, a key renamed or added. */
function withChange(value: unknown, path: readonly number[], change: unknown, how: number): unknown {
  const [step = 0, ...rest] = path;
  if (typeof value !== 'object' || value === null || path.length === 0) return change;
  const entries = Object.entries(value);
  if (entries.length === 0) return change;
  const at = step % entries.length;
  const [key, item] = entries[at] as [string, unknown];
  const changed: [string, unknown][] = entries.with(at, [key, withChange(item, rest, change, how)]);
  const name = typeof change === 'string' ? change : JSON.stringify(change);
  if (rest.length === 0 && how === 1) changed[at] = [name, item];
  if (rest.length === 0 && how === 2) changed.push([name, change]);
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

const wholeFiles = fc.constantFrom(
  ...[
    '',
    '\0',
    '---\n---\n',
    '- a\n',
    'x',
    '%YAML 9.9\n---\na: 1',
    '\ufeffname: x',
    '? a\n? b\n',
    '!!binary x',
  ],
  ...[
    deep('[', ']', 50_000),
    deep('{a: ', '}', 50_000),
    `${'- '.repeat(20_000)}a`,
    `name: ${deep('[', ']', 3_000)}`,
  ],
  ...[bomb, `${bomb}name: *i\n`, 'a: &a {b: *a}\n', '&a [*a]\n', `&a a: *a\n`, 'name: !!js/function "x"\n'],
  ...[
    `name: ${'x'.repeat(3_000_000)}\n`,
    `contents:\n${'- {src: a, dst: /a}\n'.repeat(20_000)}`,
    'a:\n\t- b\n',
  ],
  ...[
    '<<: {name: x}\n',
    '<<: *x\n',
    'name: x\nname: y\n',
    `${'a'.repeat(2_000)}: 1\n`,
    '"\\ud800": 1\n',
    '? [a]\n: b\n',
  ],
);

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const changedBytes = (yaml: string) =>
  fc
    .array(fc.tuple(place, fc.constantFrom('insert', 'cut', 'over', 'repeat'), nastyBytes, fc.nat(60)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce((bytes, [where, what, piece, length]) => {
        const at = Math.floor(where * bytes.length);
        const kept = what === 'over' ? at + piece.length : what === 'cut' ? at + length : at;
        const added = what === 'cut' ? Buffer.alloc(0) : what === 'repeat' ? bytes.subarray(0, at) : piece;
        return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(kept)]);
      }, Buffer.from(yaml)),
    );
const nastyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '\n',
      '\t',
      ' ',
      '  - ',
      ': ',
      '{',
      '[',
      '"',
      "'",
      '|',
      '>',
      '#',
      '&a ',
      '*a',
      '!!',
      '? ',
      '\0',
      '---\n',
    )
    .map((text) => Buffer.from(text)),
);
const configuration = (yaml: string) =>
  fc.oneof(
    { weight: 5, arbitrary: changedBytes(yaml) },
    {
      weight: 8,
      arbitrary: fc
        .array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), nasty, fc.nat(2)), {
          minLength: 1,
          maxLength: 3,
        })
        .map((changes) =>
          changes.reduce((value, [path, change, how]) => withChange(value, path, change, how), parse(yaml)),
        )
        .map((value) => Buffer.from(stringify(value, { aliasDuplicateObjects: false }) ?? '')),
    },
    { weight: 1, arbitrary: wholeFiles.map((text) => Buffer.from(text)) },
  );

function appFolder(): string {
  const folder = scratchFolder();
  const app = join(folder, 'app');
  mkdirSync(join(app, 'conf'), { recursive: true });
  writeFileSync(join(app, 'server.js'), 'require("http")\n');
  writeFileSync(join(app, 'conf/a.conf'), 'a=1\n');
  writeFileSync(join(app, 'conf/b.conf'), 'b=1\n');
  writeFileSync(join(app, 'script.sh'), '#!/bin/sh\nexit 0\n');
  return folder;
}

/** Builds it as `mkdeb build` does; what else than a package or mistakes comes of it is thrown. */
async function outcome(folder: string, name: string, yaml: Buffer): Promise<'package' | 'mistakes'> {
  const config = join(folder, name);
  writeFileSync(config, yaml);
  const deb = join(folder, 'x.deb');
  const started = performance.now();
  try {
    const [{ pkg }] = await preparePackages(join(folder, 'app'), { file: config });
    await writeDeb(pkg, deb, plain);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    expect(error.message).toMatch(/\S/);
    expect(error.message.length).toBeLessThan(2_000_000);
    return 'mistakes';
  } finally {
    expect(performance.now() - started).toBeLessThan(limitMs);
  }
  expect(run('dpkg-deb', '-f', deb, 'Package')).toMatch(/^[a-z0-9][a-z0-9+.-]+\n$/);
  return 'package';
}

test.each([
  ['mkdeb.yaml', mkdebYaml],
  ['nfpm.yaml', nfpmYaml],
])(
  'a %s with anything changed',
  async (name, yaml) => {
    const folder = appFolder();
    const seen = { package: 0, mistakes: 0 };
    expect(await outcome(folder, name, Buffer.from(yaml))).toBe('package');
    await fc.assert(
      fc.asyncProperty(configuration(yaml), async (bytes) => {
        seen[await outcome(folder, name, bytes)]++;
      }),
      { numRuns: runs },
    );
    // How many are packages still, chance decides; the unchanged one is.
    expect(seen.mistakes).toBeGreaterThan(runs / 10);
    expect(process.memoryUsage().heapUsed).toBeLessThan(1_000_000_000);
  },
  3_600_000,
);

test('the program tells it: exit code 2, no stack trace, nothing written', () => {
  const folder = appFolder();
  const hostile = [deep('[', ']', 50_000), bomb, '\0', 'name: "a\\0b"\n', Buffer.from([0xff, 0xfe, 0x6e, 0])];
  for (const bytes of hostile) {
    writeFileSync(join(folder, 'mkdeb.yaml'), bytes);
    const { status, stderr } = mkdeb(folder, ['build', 'app', '-c', 'mkdeb.yaml', '-o', 'out.deb']);
    expect(stderr).toMatch(/^mkdeb\.yaml:\d+:\d+: \S/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
    expect(() => readFileSync(join(folder, 'out.deb'))).toThrow(/ENOENT/);
  }
});
