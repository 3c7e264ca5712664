/** The same app gives the same bytes, whoever builds it, when, where, and on what machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compressions } from '../../../src/deb/compression.ts';
import { scratchFolder } from './scratch.ts';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const config = `name: hello
version: 1.0.0
maintainer: A Person <person@example.org>
description: says hello
license: MIT
service: {exec: ./hello, port: 8080}
contents:
  - {src: conf/*, dst: /etc/hello/, type: config}
`;

interface Variation {
  umask: number;
  env: Readonly<Record<string, string>>;
  /** What the build runs under. */
  under: readonly string[];
  /** Files are made in the other order, and long ago. */
  otherOrder: boolean;
  /** Somebody else than root, where the tests run as root. */
  otherUser: boolean;
  /** A folder of another name and depth. */
  folder: string;
}

const usual: Variation = {
  umask: 0o022,
  env: { TZ: 'UTC', LC_ALL: 'C', HOME: '/nonexistent', PATH: '/usr/bin:/bin' },
  under: [],
  otherOrder: false,
  otherUser: false,
  folder: 'a',
};
const other: Variation = {
  umask: 0o077,
  env: {
    TZ: 'Pacific/Kiritimati',
    LC_ALL: 'tr_TR.UTF-8',
    LANGUAGE: 'fr:de',
    HOME: '/tmp',
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/games',
    USER: 'somebody',
    CAPTURE_ENVIRONMENT: 'something nobody expects',
    XZ_DEFAULTS: '--block-size=100KiB',
    XZ_OPT: '--check=sha256 -0',
    GZIP: '',
    ZSTD_CLEVEL: '19',
    ZSTD_NBTHREADS: '1',
  },
  under: ['taskset', '-c', '0'],
  otherOrder: true,
  otherUser: true,
  folder: 'another folder/b/c/d',
};

/** Builds the app as a variation has it; returns the package. */
function build(variation: Variation, compression: string, time: 'SOURCE_DATE_EPOCH' | 'commit'): Buffer {
  const root = scratchFolder();
  chmodSync(root, 0o777);
  const app = join(root, variation.folder, 'app');
  const before = process.umask(variation.umask);
  try {
    mkdirSync(join(app, 'conf'), { recursive: true });
    const files: [name: string, text: string][] = [
      ['mkdeb.yaml', config],
      ['conf/ä.conf', 'a=1\n'],
      ['conf/Z.conf', 'z=1\n'],
      ['LICENSE', 'MIT, as it stands\n'],
      ['hello', '#!/bin/sh\nexec sleep 1000\n'],
      ...Array.from({ length: 30 }, (_, i): [string, string] => [
        `${'ıIiİ'[i % 4]}-${i}.txt`,
        `${i} `.repeat(100_000),
      ]),
    ];
    for (const [name, text] of variation.otherOrder ? files.toReversed() : files) {
      writeFileSync(join(app, name), text);
      if (variation.otherOrder) utimesSync(join(app, name), 1_000_000_000, 1_000_000_000);
    }
    chmodSync(join(app, 'hello'), 0o755);
    if (time === 'commit') {
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
          cwd: app,
          env: { ...process.env, GIT_COMMITTER_DATE: '@1700000000 +0000', GIT_AUTHOR_DATE: '@1 +0000' },
        });
      git('init', '-q');
      git('add', '-A');
      git('commit', '-q', '-m', 'x');
    }
    const [command, ...args] = [
      ...variation.under,
      process.execPath,
      cli,
      ...['build', '.', '-o', 'out.deb', '--compress', compression, '--no-cache'],
    ];
    // What is varied is the build, not who may read the app.
    execFileSync('chmod', ['-R', 'a+rwX', root]);
    if (time === 'commit') execFileSync('chmod', ['-R', '0755', join(app, 'hello')]);
    const asOther = variation.otherUser && process.getuid?.() === 0 && time === 'SOURCE_DATE_EPOCH';
    const { status, stderr } = spawnSync(command as string, args, {
      cwd: app,
      encoding: 'utf8',
      env: { ...variation.env, ...(time === 'commit' ? {} : { SOURCE_DATE_EPOCH: '1700000000' }) },
      ...(asOther ? { uid: 65534, gid: 65534 } : {}),
    });
    expect([status, stderr]).toEqual([0, '']);
    return readFileSync(join(app, 'out.deb'));
  } finally {
    process.umask(before);
  }
}

const hasFaketime = spawnSync('faketime', ['--version']).status === 0;

describe('all at once', () => {
  test.each(compressions)(
    'varied: user, umask, locale, time zone, cores, order, place, environment (%s)',
    (compression) => {
      const one = build(usual, compression, 'SOURCE_DATE_EPOCH');
      expect(build(other, compression, 'SOURCE_DATE_EPOCH').equals(one)).toBe(true);
    },
  );

  test('without SOURCE_DATE_EPOCH the last commit’s time counts, not that of the files', () => {
    const one = build(usual, 'zstd', 'commit');
    expect(build(other, 'zstd', 'commit').equals(one)).toBe(true);
    expect(build(usual, 'zstd', 'SOURCE_DATE_EPOCH').equals(one)).toBe(true);
  });

  test.skipIf(!hasFaketime)('ten years later', () => {
    const one = build(usual, 'zstd', 'SOURCE_DATE_EPOCH');
    const later = { ...other, under: ['faketime', '-f', '+3650d'] };
    expect(build(later, 'zstd', 'SOURCE_DATE_EPOCH').equals(one)).toBe(true);
  });
});
