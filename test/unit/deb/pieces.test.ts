/** Members made of pieces that were compressed apart, with the real decompressors as judges. */
import { execFileSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inArchiveOrder } from '../../../src/deb/archive-order.ts';
import { type Compression, compressions, methods } from '../../../src/deb/compression.ts';
import { makeDataMember } from '../../../src/deb/data-member.ts';
import { dataRuns } from '../../../src/deb/data-runs.ts';
import { bytesOf } from '../../../src/deb/part.ts';
import { withScratchFiles } from '../../../src/deb/scratch-file.ts';
import { zstdMember, zstdPiece, zstdWindowLog } from '../../../src/deb/zstd-frame.ts';
import type { Entry, FileEntry } from '../../../src/package/package.ts';
import { scratchFolder } from './scratch.ts';

const signal = new AbortController().signal;
const listener = { onBytes: () => {}, onEntry: () => {} };

/** The data member of entries, cut into pieces of another size than packages have. */
async function member(
  entries: readonly Entry[],
  compression: Compression,
  pieceSize: number,
): Promise<Buffer> {
  return withScratchFiles(scratchFolder(), async (scratch) => {
    const { parts } = await makeDataMember(inArchiveOrder(entries), {
      method: { ...methods[compression], pieceSize },
      mtimeSeconds: 1_700_000_000,
      scratch,
      cache: null,
      signal,
      listener,
    });
    const bytes: Buffer[] = [];
    for await (const block of bytesOf(parts)) bytes.push(Buffer.from(block));
    return Buffer.concat(bytes);
  });
}

const decompressors = { zstd: 'zstd', xz: 'xz', gzip: 'gzip' } as const;

function decompress(compression: keyof typeof decompressors, input: Buffer): Buffer {
  return execFileSync(decompressors[compression], ['-dc'], { input, maxBuffer: 1 << 28 });
}

/** What repeats at the distances that a frame begins with (1, 4, 8), at others, or not at all. */
const content = fc
  .tuple(fc.constantFrom(1, 3, 4, 8, 11, 500, 70_000), fc.nat(0xffff), fc.nat(60_000))
  .map(([period, seed, length]) => {
    const bytes = Buffer.alloc(length);
    let state = seed + 1;
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[i] = i < period ? state >>> 16 : (bytes[i - period] as number);
    }
    return bytes;
  });
const tree = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.nat(3), content), {
    selector: ([name]) => name,
    maxLength: 40,
  })
  .map((files) =>
    files.map(([name, depth, bytes]): Entry => {
      const path = `/usr/share/${'a-long-folder/'.repeat(depth * 4)}${name}.x`;
      return { kind: 'file', path, mode: 0o644, content: { bytes } };
    }),
  );

test.each(['zstd', 'xz', 'gzip'] as const)(
  'a %s member is the whole archive, however many pieces it has',
  async (compression) => {
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(2_000, 20_000, 200_000), async (entries, pieceSize) => {
        const whole = await member(entries, 'none', pieceSize);
        const compressed = await member(entries, compression, pieceSize);
        expect(decompress(compression, compressed).equals(whole)).toBe(true);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 8) },
    );
  },
  600_000,
);

const files = (count: number, size: number): FileEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'file',
    path: `/usr/share/x/${i}`,
    mode: 0o644,
    content: { text: `${i} `.repeat(size).slice(0, size) },
  }));

test('a zstd member is one frame, an xz member one stream: dpkg 1.21 reads no further', async () => {
  const folder = scratchFolder();
  const entries = files(60, 3_000);
  const write = async (name: string, bytes: Buffer) => {
    const file = await open(join(folder, name), 'w');
    await file.writeFile(bytes);
    await file.close();
    return join(folder, name);
  };
  const frame = await write('x.zst', await member(entries, 'zstd', 20_000));
  expect(execFileSync('zstd', ['-lv', frame], { encoding: 'utf8' })).toMatch(/^# Zstandard Frames: 1$/m);
  const stream = await write('x.xz', await member(entries, 'xz', 20_000));
  const [, streams, blocks] = /^file\t(\d+)\t(\d+)/m.exec(
    execFileSync('xz', ['--robot', '-l', stream], { encoding: 'utf8' }),
  ) as RegExpExecArray;
  expect(Number(streams)).toBe(1);
  expect(Number(blocks)).toBeGreaterThan(5);
});

test.each([1, 4, 8])(
  'a piece that begins with a repetition at %i, as a frame may say it, stands behind others',
  async (distance) => {
    const folder = scratchFolder();
    const tarHeader = Buffer.alloc(512);
    tarHeader.write('./a-name');
    const contents = [
      Buffer.from('whatever, with distances of its own: '.repeat(2_000)),
      Buffer.from('abcdefgh'.slice(0, distance).repeat(2_000)),
    ];
    const pieces = [];
    const opened = [];
    for (const [i, bytes] of contents.entries()) {
      // At this level zstd takes all three of the distances that a frame begins with.
      const frame = execFileSync('zstd', ['-q', '-19', `--zstd=wlog=${zstdWindowLog}`, '--no-check', '-c'], {
        input: bytes,
      });
      await writeFile(join(folder, `${i}`), frame);
      const file = await open(join(folder, `${i}`));
      opened.push(file);
      pieces.push(zstdPiece(i === 0 ? null : tarHeader, file, frame.length));
    }
    const blocks: Buffer[] = [];
    for await (const block of bytesOf(zstdMember(pieces))) blocks.push(Buffer.from(block));
    for (const file of opened) await file.close();
    const [first, second] = contents as [Buffer, Buffer];
    expect(decompress('zstd', Buffer.concat(blocks)).equals(Buffer.concat([first, tarHeader, second]))).toBe(
      true,
    );
  },
);

describe('where pieces are cut', () => {
  const paths = (entries: readonly Entry[], pieceSize: number) =>
    [...dataRuns(entries, pieceSize)].map((run) => run.entries.map(({ path }) => path));

  test('each has about the size asked for, and a large file is one of its own', () => {
    const entries = files(2_000, 3_000);
    entries.splice(1_000, 1, ...files(1, 300_000));
    const runs = [...dataRuns(entries, 100_000)];
    for (const { size, entries, isLast } of runs) {
      if (entries.length === 1) continue;
      expect(size).toBeLessThan(200_000);
      if (!isLast) expect(size).toBeGreaterThan(10_000);
    }
    expect(runs.filter(({ size }) => size > 300_000)).toHaveLength(1);
    expect(runs.flatMap((run) => run.entries)).toEqual(entries);
    expect(runs.map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual(
      runs.map((_, i) => [i === 0, i === runs.length - 1]),
    );
  });

  test('a file more, a file less, another size: the others stay together', () => {
    const entries = files(2_000, 3_000);
    const before = new Set(paths(entries, 100_000).map(String));
    const changes = [
      entries.toSpliced(700, 0, ...files(1, 5_000).map((file) => ({ ...file, path: '/usr/share/x/new' }))),
      entries.toSpliced(700, 1),
      entries.map((entry, i) => (i === 700 ? { ...entry, content: { text: 'x'.repeat(9_000) } } : entry)),
    ];
    for (const changed of changes) {
      const others = paths(changed, 100_000).filter((run) => !before.has(String(run)));
      expect(others.length).toBeLessThan(4);
    }
  });

  test('of no entries there is one piece', () => {
    expect([...dataRuns([], 1_000)]).toEqual([{ entries: [], size: 0, isFirst: true, isLast: true }]);
  });
});

test.each(compressions)('%s: a file of many pieces is whole', async (compression) => {
  const entries = files(3, 900_000);
  const whole = await member(entries, 'none', 1 << 20);
  const bytes = await member(entries, compression, 100_000);
  expect((compression === 'none' ? bytes : decompress(compression, bytes)).equals(whole)).toBe(true);
});
