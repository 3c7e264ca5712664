import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Compression, compressions } from '../../../src/deb/compression.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import type { Entry } from '../../../src/package/package.ts';
import { dpkgInto, packageOf, plain, run, scratchFolder } from './scratch.ts';

const file = (path: string, text: string, mode = 0o644): Entry => ({
  kind: 'file',
  path,
  mode,
  content: { text },
});

/** As deep as a path can go that dpkg unpacks as root of its own folder. */
function deepPath(bytes: number): string {
  const name = 'd'.repeat(99);
  let path = '/opt';
  while (path.length + 100 + 2 < bytes) path += `/${name}`;
  return `${path}/${'f'.repeat(Math.min(bytes - path.length - 1, 200))}`;
}

describe.each(compressions)('a package with %s members', (compression) => {
  test('is unpacked by dpkg as it was described', async () => {
    const folder = scratchFolder();
    const deb = join(folder, 'hello.deb');
    writeFileSync(join(folder, 'big'), Buffer.alloc(3_500_001, 'mkdeb '));
    const written = await writeDeb(
      packageOf(
        [
          file('/usr/bin/hello', '#!/bin/sh\n', 0o755),
          file('/usr/bin/as-root', 'x', 0o4755),
          file('/etc/hello.conf', 'a=1\n'),
          { kind: 'directory', path: '/var/lib/hello/empty', mode: 0o1777 },
          { kind: 'symlink', path: '/usr/bin/a-link', target: '../lib/ümlaut' },
          { kind: 'hardlink', path: '/usr/bin/a-hard-link', target: '/usr/bin/hello' },
          file('/usr/share/hello/Grüße, 世界 🙂', 'utf-8'),
          file('/usr/share/hello/empty', ''),
          {
            kind: 'file',
            path: '/usr/share/hello/big',
            mode: 0o600,
            content: { disk: join(folder, 'big'), size: 3_500_001 },
          },
          {
            kind: 'file',
            path: '/usr/share/hello/bytes',
            mode: 0o644,
            content: { bytes: Buffer.from([0, 255]) },
          },
        ].map((entry) =>
          entry.path === '/etc/hello.conf' ? { ...entry, conffile: true } : entry,
        ) as Entry[],
        { scripts: { postinst: '#!/bin/sh\nexit 0\n' } },
      ),
      deb,
      { ...plain, compression },
    );
    expect(written.size).toBe(lstatSync(deb).size);
    const root = join(folder, 'root');
    dpkgInto(root, '--unpack', deb);
    expect(lstatSync(`${root}/usr/bin/hello`).mode & 0o7777).toBe(0o755);
    expect(lstatSync(`${root}/usr/bin/as-root`).mode & 0o7777).toBe(0o4755);
    expect(lstatSync(`${root}/var/lib/hello/empty`).mode & 0o7777).toBe(0o1777);
    expect(lstatSync(`${root}/usr/bin/a-hard-link`).ino).toBe(lstatSync(`${root}/usr/bin/hello`).ino);
    expect(readlinkSync(`${root}/usr/bin/a-link`)).toBe('../lib/ümlaut');
    expect(readFileSync(`${root}/usr/share/hello/Grüße, 世界 🙂`, 'utf8')).toBe('utf-8');
    expect(readFileSync(`${root}/usr/share/hello/big`).equals(readFileSync(join(folder, 'big')))).toBe(true);
    expect(lstatSync(`${root}/usr/share/hello/big`)).toMatchObject({
      uid: 0,
      gid: 0,
      mtimeMs: 1_700_000_000_000,
    });
    expect([...readFileSync(`${root}/usr/share/hello/bytes`)]).toEqual([0, 255]);
    expect(run('dpkg-deb', '-f', deb, 'Installed-Size').trim()).toBe(String(written.installedSizeKiB));
    expect(run('dpkg-deb', '-I', deb, 'conffiles')).toBe('/etc/hello.conf\n');
    // An untouched package: dpkg finds nothing to complain about.
    dpkgInto(root, '--configure', 'hello');
    expect(run('dpkg', `--root=${root}`, '--verify', 'hello')).toBe('');
  });

  test('is the same whatever the order of the entries, the umask and the number of cores', async () => {
    const folder = scratchFolder();
    const entries = Array.from({ length: 40 }, (_, i) => file(`/usr/share/x/${i}`, `${i} `.repeat(50_000)));
    const before = process.umask(0o077);
    try {
      await writeDeb(packageOf(entries), join(folder, 'a.deb'), { ...plain, compression });
      process.umask(0o002);
      await writeDeb(packageOf(entries.toReversed()), join(folder, 'b.deb'), { ...plain, compression });
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(folder, 'a.deb')).equals(readFileSync(join(folder, 'b.deb')))).toBe(true);
  });
});

describe('names', () => {
  test.each([100, 101, 155, 156, 255, 256, 257, 1000, 4000])('of %i bytes unpack', async (bytes) => {
    const folder = scratchFolder();
    const deb = join(folder, 'x.deb');
    const path = deepPath(bytes);
    await writeDeb(
      packageOf([
        file(path, 'deep'),
        { kind: 'symlink', path: '/usr/link', target: path },
        { kind: 'hardlink', path: '/usr/hard', target: path },
      ]),
      deb,
      plain,
    );
    dpkgInto(join(folder, 'r'), '--unpack', deb);
    expect(readFileSync(`${folder}/r/usr/hard`, 'utf8')).toBe('deep');
    expect(readlinkSync(`${folder}/r/usr/link`)).toBe(path);
    expect(run('dpkg-deb', '-c', deb)).toContain(` .${path}\n`);
  });

  test('as long as the kernel allows are archived whole, longer ones refused', async () => {
    const folder = scratchFolder();
    const deb = join(folder, 'x.deb');
    const path = `${'/d'.repeat(2000)}/${'f'.repeat(85)}`;
    expect(path.length).toBe(4086);
    await writeDeb(packageOf([file(path, '')]), deb, plain);
    expect(run('dpkg-deb', '-c', deb)).toContain(` .${path}\n`);
    await expect(writeDeb(packageOf([file(`${path}f`, '')]), deb, plain)).rejects.toThrow(/at most 4086/);
  });

  test('as long as dpkg can unpack beside .dpkg-new unpack, longer ones are refused', async () => {
    const folder = scratchFolder();
    const deb = join(folder, 'x.deb');
    await writeDeb(packageOf([file(`/usr/${'n'.repeat(246)}`, '')]), deb, plain);
    dpkgInto(join(folder, 'r'), '--unpack', deb);
    expect(readdirSync(`${folder}/r/usr`)[0]).toHaveLength(246);
    await expect(writeDeb(packageOf([file(`/usr/${'n'.repeat(247)}`, '')]), deb, plain)).rejects.toThrow(
      /at most 246/,
    );
  });

  test.each([
    ['relative', 'usr/x'],
    ['empty part', '/usr//x'],
    ['parent', '/usr/../x'],
    ['this', '/usr/./x'],
    ['trailing slash', '/usr/'],
    ['root', '/'],
    ['line end', '/usr/a\nb'],
    ['NUL', '/usr/a\0b'],
  ])('that dpkg cannot hold are refused: %s', async (_, path) => {
    const folder = scratchFolder();
    await expect(writeDeb(packageOf([file(path, '')]), join(folder, 'x.deb'), plain)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(JSON.stringify(path)),
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what does not fit together is refused', () => {
  test.each<[string, Entry[], RegExp]>([
    ['a path twice', [file('/a', ''), file('/a', '')], /holds \/a twice/],
    ['a file under a file', [file('/a', ''), file('/a/b', '')], /\/a as a file/],
    ['a hard link to nothing', [{ kind: 'hardlink', path: '/a', target: '/b' }], /not a file/],
    ['an empty symlink', [{ kind: 'symlink', path: '/a', target: '' }], /target/],
    ['a field of two fields', [], /Description/],
  ])('%s', async (what, entries, message) => {
    const pkg = packageOf(
      entries,
      what === 'a field of two fields' ? { control: [['Description', 'x\nPriority: y']] } : {},
    );
    await expect(writeDeb(pkg, join(scratchFolder(), 'x.deb'), plain)).rejects.toThrow(message);
  });
});

test('Installed-Size is what dpkg-gencontrol computes', async () => {
  const folder = scratchFolder();
  const deb = join(folder, 'x.deb');
  const root = join(folder, 'root');
  const written = await writeDeb(
    packageOf([
      file('/usr/a', 'x'.repeat(1025)),
      file('/usr/b', ''),
      { kind: 'hardlink', path: '/usr/c', target: '/usr/a' },
      { kind: 'symlink', path: '/usr/d', target: 'a' },
      { kind: 'directory', path: '/usr/e/f', mode: 0o755 },
    ]),
    deb,
    plain,
  );
  run('dpkg-deb', '-x', deb, root);
  mkdirSync(join(folder, 'debian'));
  writeFileSync(
    join(folder, 'debian/control'),
    'Source: x\nMaintainer: A <a@b.c>\n\nPackage: hello\nArchitecture: all\nDescription: x\n',
  );
  writeFileSync(
    join(folder, 'debian/changelog'),
    'x (1.0) unstable; urgency=low\n\n  * x\n\n -- A <a@b.c>  Thu, 01 Jan 1970 00:00:00 +0000\n',
  );
  const control = run('sh', '-c', 'cd "$1" && dpkg-gencontrol -P"$2" -O -fdebian/files', 'sh', folder, root);
  expect(control).toContain(`Installed-Size: ${written.installedSizeKiB}\n`);
});

describe('nothing is left behind', () => {
  const many = (folder: string): Entry[] => {
    writeFileSync(join(folder, 'payload'), Buffer.alloc(20 << 20, 'abc'));
    return Array.from({ length: 5 }, (_, i) => ({
      kind: 'file',
      path: `/usr/${i}`,
      mode: 0o644,
      content: { disk: join(folder, 'payload'), size: 20 << 20 },
    }));
  };

  test.each(compressions)('when it is aborted (%s)', async (compression) => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'out'));
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = writeDeb(packageOf(many(folder)), join(folder, 'out/x.deb'), {
      ...plain,
      compression,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['grows', (path) => writeFileSync(path, 'longer than it was'), /payload.* grew/],
    ['shrinks', (path) => writeFileSync(path, 'x'), /payload.* became shorter/],
    ['vanishes', (path) => run('rm', path), /payload.* vanished/],
    [
      'becomes a folder',
      (path) => run('sh', '-c', 'rm "$1" && mkdir "$1"', 'sh', path),
      /payload.* cannot be read/,
    ],
  ])('when a file %s', async (_, change, message) => {
    const folder = scratchFolder();
    const path = join(folder, 'payload');
    const deb = join(folder, 'x.deb');
    writeFileSync(path, 'as it was');
    writeFileSync(deb, 'the package before');
    change(path);
    const entries: Entry[] = [
      { kind: 'file', path: '/usr/x', mode: 0o644, content: { disk: path, size: 9 } },
    ];
    const failure = await writeDeb(packageOf(entries), deb, { ...plain, compression: 'zstd' }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ name: 'BadInput', message: expect.stringMatching(message) });
    expect(readFileSync(deb, 'utf8')).toBe('the package before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('when the destination is a folder', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'x.deb'));
    await expect(writeDeb(packageOf([]), join(folder, 'x.deb'), plain)).rejects.toThrow(/is a folder/);
    expect(readdirSync(folder)).toEqual(['x.deb']);
  });
});

test('a missing folder, and a missing compressor, are told with their remedy', async () => {
  const folder = scratchFolder();
  await expect(writeDeb(packageOf([]), join(folder, 'no/x.deb'), plain)).rejects.toMatchObject({
    name: 'BadInput',
    message: `the folder ${folder}/no does not exist: make it first`,
  });
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    for (const [compression, remedy] of [
      ['zstd', 'the program zstd is not installed, which compresses with zstd: apt install zstd'],
      ['xz', 'the program xz is not installed, which compresses with xz: apt install xz-utils'],
      [
        'gzip',
        'the program libdeflate-gzip is not installed, which compresses with gzip: apt install libdeflate-tools',
      ],
    ] as const) {
      const promise = writeDeb(packageOf([]), join(folder, 'x.deb'), { ...plain, compression });
      await expect(promise).rejects.toMatchObject({
        name: 'BadInput',
        message: expect.stringContaining(remedy),
      });
    }
  } finally {
    process.env.PATH = path;
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('a compressor that fails is quoted', async () => {
  const folder = scratchFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'zstd'), '#!/bin/sh\necho "no space at all" >&2\nexit 70\n');
  chmodSync(join(bin, 'zstd'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${bin}:${path}`;
  try {
    const entries = [file('/usr/x', 'x'.repeat(5 << 20))];
    await expect(
      writeDeb(packageOf(entries), join(folder, 'x.deb'), { ...plain, compression: 'zstd' }),
    ).rejects.toThrow('zstd failed (exit 70): no space at all');
  } finally {
    process.env.PATH = path;
  }
  expect(existsSync(join(folder, 'x.deb'))).toBe(false);
});

test('progress ends at the totals', async () => {
  const seen: object[] = [];
  const written = await writeDeb(
    packageOf([
      file('/usr/a', 'abc'),
      file('/usr/b', 'x'.repeat(3 << 20)),
      { kind: 'symlink', path: '/usr/c', target: 'a' },
    ]),
    join(scratchFolder(), 'x.deb'),
    { ...plain, onProgress: (progress) => seen.push(progress) },
  );
  const bytes = 3 + (3 << 20);
  expect(seen.at(-1)).toEqual({ files: 3, totalFiles: 3, bytes, totalBytes: bytes });
  expect(written.files).toBe(3);
});

test('the members are compressed alike, and named so', async () => {
  const folder = scratchFolder();
  const suffixes: Record<Compression, string> = { zstd: '.zst', xz: '.xz', gzip: '.gz', none: '' };
  for (const compression of compressions) {
    const deb = join(folder, `${compression}.deb`);
    await writeDeb(packageOf([file('/usr/x', 'x')]), deb, { ...plain, compression });
    const suffix = suffixes[compression];
    expect(run('ar', 't', deb)).toBe(`debian-binary\ncontrol.tar${suffix}\ndata.tar${suffix}\n`);
  }
});
