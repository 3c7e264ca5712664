/** Packages that are meant as harm: an error of one line or an ordinary answer, in bounded time and memory. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { arMagic, encodeArHeader } from '../../../src/deb/ar-header.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { scratchFolder } from '../deb/scratch.ts';
import {
  arOf,
  base256,
  controlTar,
  debOfData,
  debOfTars,
  plainControl,
  rawEntry,
  tarOf,
  zstdZeros,
} from './archives.ts';
import { PackageReader, type Told } from './read-in-child.ts';

/** For five commands on one package; a machine that does much else is slow. */
const limitMs = 120_000;
/** Of the reading process, for whatever was read: it begins at about 60. */
const mostMegabytes = 500;

const reader = new PackageReader();
afterAll(() => reader.stop());

async function read(deb: Buffer, only?: string): Promise<Told> {
  const folder = scratchFolder();
  const path = join(folder, 'x.deb');
  const other = join(folder, 'other.deb');
  writeFileSync(path, deb);
  writeFileSync(other, debOfData({ name: './a', content: 'a\n' }));
  const told = await reader.read(path, other, limitMs, only);
  expect(told.treacherous).toBeNull();
  expect(told.megabytes).toBeLessThan(mostMegabytes);
  return told;
}

const xz = (input: Buffer, ...args: string[]) =>
  execFileSync('xz', ['-c', ...args], { input, maxBuffer: 1 << 28 });
const zeros = (bytes: number) => Buffer.alloc(bytes);
/** The same gzip member again and again: 16 MiB of zeros each. */
const gzipZeros = (times: number) => {
  const one = gzipSync(zeros(1 << 24));
  return Buffer.concat(Array.from({ length: times }, () => one));
};

/** An xz stream whose block says that it needs a dictionary of 3 GiB, its header's checksum right. */
function greedyXz(): Buffer {
  const stream = xz(tarOf({ name: './a' }));
  const header = stream.subarray(12, 12 + (((stream[12] as number) + 1) * 4 - 4));
  // Size, flags, LZMA2, one byte of properties: the dictionary.
  expect([...header.subarray(2, 4)]).toEqual([0x21, 1]);
  header[4] = 39;
  stream.writeUInt32LE(crc32(header), 12 + header.length);
  return stream;
}

const longNamed = (type: string, name: string): Buffer =>
  rawEntry({ name: '././@LongLink', type, content: `${name}\0` });

describe.each<[string, Record<string, () => Buffer>]>([
  [
    'sizes that lie',
    {
      'cut off|an ar member larger than the file': () =>
        Buffer.concat([
          Buffer.from(arMagic),
          encodeArHeader({ name: 'debian-binary', size: 4_000_000_000 }, 0),
        ]),
      'not a member header|an ar member of a negative size': () => {
        const deb = debOfData({});
        deb.write('-1        ', 8 + 48, 'latin1');
        return deb;
      },
      'more than 64 ar members|too many ar members': () =>
        arOf(...Array.from({ length: 100 }, (_, i) => [`m${i}`, Buffer.alloc(0)] as const)),
      'no package does|a file of a terabyte': () => debOfData({ size: base256(1n << 40n) }),
      'which nothing can hold|a file of 2^62 bytes': () => debOfData({ size: base256(1n << 62n) }),
      'size of -1024 bytes|a negative size': () => debOfData({ size: base256(-1024n) }),
      'size in a header is no number|a size of letters': () => debOfData({ size: 'many' }),
      'ends within an entry|a size larger than what is there': () => debOfData({ size: '00000077777' }),
      'a header with a time of|a time beyond all calendars': () => debOfData({ mtime: base256(1n << 60n) }),
      'a symlink with 512 bytes of content|a symlink that hides an entry': () =>
        debOfData({ type: '2', target: 'y', content: rawEntry({ name: './hidden' }) }),
      'a directory with 512 bytes|a directory that hides an entry': () =>
        debOfData({ type: '5', name: './d/', content: rawEntry({ name: './hidden' }) }),
    },
  ],
  [
    'bad checksums and kinds',
    {
      'checksum of a header is wrong|a wrong checksum': () => debOfData({ checksum: '0000001\0' }),
      'type "x"|a PAX header': () => debOfData({ type: 'x', content: '19 path=../../../x\n' }),
      'type "g"|a global PAX header': () => debOfData({ type: 'g', content: '16 size=99999999\n' }),
      'does not know|an unknown kind': () => debOfData({ type: 'S' }),
      'without a name|no name': () => debOfData(longNamed('K', 'y'), { name: '', type: '2' }),
    },
  ],
  [
    'paths that lead out',
    {
      'leads out|..': () => debOfData({ name: './../etc/passwd' }),
      'leads out|.. in the middle': () => debOfData({ name: './usr/../../etc/passwd' }),
      'leads out|.. as a long name': () => debOfData(longNamed('L', `./${'a/../'.repeat(300)}x`), {}),
      'leads out|.. as a prefix': () => debOfData({ magic: 'ustar\x0000', prefix: '..', name: 'x' }),
      'leads out|a hard link to ..': () => debOfData({ type: '1', target: '../../etc/shadow' }),
      'leads out|a control file': () =>
        debOfTars(controlTar(plainControl, { name: './../preinst', content: 'x' }), tarOf()),
      'which dpkg refuses|a name of two lines': () => debOfData({ name: './a\nroot:root /b' }),
    },
  ],
  [
    'names without end',
    {
      'a name of 1000000 bytes|a long name': () => debOfData(longNamed('L', 'x'.repeat(999_999)), {}),
      'no package does|a long name of a terabyte': () => debOfData({ type: 'L', size: base256(1n << 40n) }),
      'a name of 0 bytes|an empty long name': () => debOfData({ type: 'L' }, {}),
    },
  ],
  [
    'bombs',
    {
      'no package does|zstd': () => debOfTars(controlTar(), zstdZeros(20_000), '.zst'),
      'no package does|zstd, a file': () => {
        // Its header in a frame of its own, the content in another.
        const header = execFileSync('zstd', ['-qc'], { input: rawEntry({ size: '17777777777' }) });
        return debOfTars(controlTar(), Buffer.concat([header, zstdZeros(20_000)]), '.zst');
      },
      'no package does|gzip': () => debOfTars(controlTar(), gzipZeros(140), '.gz'),
      'no package does|xz': () => {
        const one = xz(zeros(1 << 26), '-1');
        return debOfTars(controlTar(), Buffer.concat(Array.from({ length: 40 }, () => one)), '.xz');
      },
      'xz failed|xz that wants 3 GiB of memory': () => debOfTars(controlTar(), greedyXz(), '.xz'),
      'zstd failed|zstd that wants 2 GiB of memory': () => {
        const frame = zstdZeros(1);
        frame[5] = 21 << 3;
        return debOfTars(controlTar(), frame, '.zst');
      },
      'more than 500000 entries|entries': () => {
        const one = rawEntry({});
        const tar = Buffer.concat(Array.from({ length: 1024 }, () => one));
        const frame = execFileSync('zstd', ['-qc'], { input: tar });
        return debOfTars(controlTar(), Buffer.concat(Array.from({ length: 600 }, () => frame)), '.zst');
      },
      'control is too large|a control file': () => debOfTars(controlTar('x'.repeat(2 << 20)), tarOf()),
      'postinst is too large|a script': () =>
        debOfTars(controlTar(plainControl, { name: './postinst', content: zeros(5 << 20) }), tarOf()),
    },
  ],
])('%s', (what, cases) => {
  test.each(
    Object.entries(cases).map(([key, make]) => [...(key.split('|') as [string, string]), make] as const),
  )(
    'is refused (%s): %s',
    async (words, _name, make) => {
      // A bomb takes its time for each of them, and all read it the same way.
      const told = await read(make(), what === 'bombs' ? 'inspect' : undefined);
      for (const outcome of Object.values(told.outcomes)) {
        expect(outcome).toMatch(/^refused: /);
        expect(outcome).toContain(words);
      }
    },
    limitMs + 30_000,
  );
});

const esc = '\x1b]0;owned\x07\x1b[2J';
const unit = './usr/lib/systemd/system/x.service';

test.each<[string, () => Buffer]>([
  [
    'control sequences everywhere',
    () =>
      debOfTars(
        controlTar(`${plainControl}X-Note: ${esc}\u202e\x9b2J\x7f\n`, {
          name: './postinst',
          content: `#!/bin/sh\r${esc}\n`,
        }),
        tarOf(
          { name: `./${esc}` },
          { name: './\u202egnp.exe' },
          { name: Buffer.from([0x2e, 0x2f, 0x9b, 0x32, 0x4a]) },
          { name: './link', type: '2', target: `a\n${esc}` },
          { name: unit, content: `[Service]\nExecStart=${esc}\n` },
          { name: './text', content: `${esc}\u2028\n` },
        ),
      ),
  ],
  ['an entry twice', () => debOfData({ content: 'one' }, { content: 'two', mode: '0004755' })],
  [
    'a link over a directory, and a file through it',
    () => debOfData({ name: './d', type: '2', target: '/etc' }, { name: './d/passwd', content: 'x' }),
  ],
  [
    'hard links to themselves and to nothing',
    () => debOfData({ name: './a', type: '1', target: './a' }, { name: './b', type: '1', target: './none' }),
  ],
  ['absolute paths', () => debOfData({ name: '/usr/bin/x' }, { name: '//a//./b' })],
  ['a directory two thousand deep', () => debOfData(longNamed('L', `./${'d/'.repeat(2000)}`), { type: '5' })],
  ['links that lead out', () => debOfData({ type: '2', target: `${'../'.repeat(30)}etc/shadow` })],
  [
    'devices',
    () => debOfData({ name: './null', type: '3' }, { name: './disk', type: '4' }, { name: './p', type: '6' }),
  ],
  [
    'long names one after the other',
    () => debOfData(...Array.from({ length: 5000 }, (_, i) => longNamed('L', `./${i}`)), {}),
  ],
  [
    'a unit of which every line differs',
    () => debOfData({ name: unit, content: Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join('') }),
  ],
  [
    'fields by the hundred thousand',
    () => debOfTars(controlTar(`${plainControl}${'a: b\n'.repeat(150_000)}`), tarOf()),
  ],
  [
    'relations by the hundred thousand',
    () => debOfTars(controlTar(`${plainControl}Depends: ${'a,<<<<'.repeat(150_000)}\n`), tarOf()),
  ],
  [
    'a relation of a megabyte',
    () => debOfTars(controlTar(`${plainControl}Depends: ${'<'.repeat(1_000_000)}\n`), tarOf()),
  ],
  [
    'a maintainer of a megabyte',
    () => debOfTars(controlTar(plainControl.replace('A <a@b.c>', '> '.repeat(500_000))), tarOf()),
  ],
  [
    'a script of one line',
    () =>
      debOfTars(
        controlTar(plainControl, { name: './postinst', content: `#!/bin/sh\n${'A=;'.repeat(1_000_000)}` }),
        tarOf(),
      ),
  ],
  [
    'conffiles by the hundred thousand',
    () =>
      debOfTars(
        controlTar(plainControl, { name: './conffiles', content: '/a\n'.repeat(1_000_000) }),
        tarOf(),
      ),
  ],
])(
  '%s: read, and nothing of it reaches the terminal',
  async (_, make) => {
    const { outcomes } = await read(make());
    for (const outcome of Object.values(outcomes)) expect(outcome).toBe('read');
  },
  limitMs + 30_000,
);

test('the command tells a hostile package’s error in one line, exit 2', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'x.deb'), debOfData({ name: `./../${esc}` }));
  writeFileSync(join(folder, 'y.deb'), debOfData({}));
  for (const args of [
    ['inspect', 'x.deb'],
    ['diff', 'y.deb', 'x.deb'],
    ['lint', 'x.deb'],
  ]) {
    expect(mkdeb(folder, args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'x.deb: data.tar: the path ./../\\x1b]0;owned\\x07\\x1b[2J leads out of where it is unpacked\n',
    });
  }
});

test('a pipe that nobody writes into, a device and a folder are refused at once', () => {
  const folder = scratchFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const path of [join(folder, 'pipe'), '/dev/zero', folder]) {
    expect(mkdeb(folder, ['inspect', path])).toMatchObject({
      status: 2,
      stderr: `${path}: it is not a file\n`,
    });
  }
});
