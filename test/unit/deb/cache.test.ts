/** What a build remembers of earlier ones: it saves time, and never changes a byte. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { inArchiveOrder } from '../../../src/deb/archive-order.ts';
import { type Compression, methods } from '../../../src/deb/compression.ts';
import { makeDataMember } from '../../../src/deb/data-member.ts';
import { bytesOf } from '../../../src/deb/part.ts';
import { PieceCache } from '../../../src/deb/piece-cache.ts';
import { withScratchFiles } from '../../../src/deb/scratch-file.ts';
import type { Entry } from '../../../src/package/package.ts';
import { stampOf } from '../../../src/payload/file-stamp.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { scratchFolder } from './scratch.ts';

/** Long after the files were written: none is too young to be trusted. */
const later = () => Date.now() + 10_000;

let folder: string;
let cacheFolder: string;
/** Text that compresses, so that pieces are small and many. */
const lines = (seed: number, length: number) =>
  Array.from({ length: Math.ceil(length / 20) }, (_, i) => `${(seed * 7919 + i) % 10_007} a line of it\n`)
    .join('')
    .slice(0, length);

beforeEach(() => {
  folder = scratchFolder();
  cacheFolder = join(folder, 'cache');
  mkdirSync(join(folder, 'app/below'), { recursive: true });
  for (let i = 0; i < 40; i++) {
    writeFileSync(join(folder, `app/${i % 2 ? 'below/' : ''}${i}.txt`), lines(i, 50_000 + i));
  }
});

function entries(): Entry[] {
  const found: Entry[] = [];
  for (const name of readdirSync(join(folder, 'app'), { recursive: true }) as string[]) {
    const disk = join(folder, 'app', name);
    const stats = lstatSync(disk);
    if (!stats.isFile()) continue;
    found.push({
      kind: 'file',
      path: `/usr/share/x/${name}`,
      mode: stats.mode & 0o7777,
      content: { disk, size: stats.size, seen: stampOf(stats) },
    });
  }
  return found;
}

interface Built {
  bytes: Buffer;
  cacheFiles: string[];
}

async function build(
  compression: Compression = 'zstd',
  { cached = true, nowMs = later(), more = [] as Entry[] } = {},
): Promise<Built> {
  const cache = cached ? await PieceCache.open(cacheFolder, nowMs) : null;
  const bytes = await dataMember([...entries(), ...more], compression, cache);
  return { bytes, cacheFiles: existsSync(cacheFolder) ? readdirSync(cacheFolder).sort() : [] };
}

/** In pieces that are small enough for small files to make several. */
async function dataMember(
  all: readonly Entry[],
  compression: Compression,
  cache: PieceCache | null,
): Promise<Buffer> {
  return withScratchFiles(folder, async (scratch) => {
    const { parts, remembered } = await makeDataMember(inArchiveOrder(all), {
      method: { ...methods[compression], pieceSize: 200_000 },
      mtimeSeconds: 1_700_000_000,
      scratch,
      cache,
      signal: new AbortController().signal,
      listener: { onBytes: () => {}, onEntry: () => {} },
    });
    const bytes: Buffer[] = [];
    for await (const block of bytesOf(parts)) bytes.push(Buffer.from(block));
    await remembered;
    return Buffer.concat(bytes);
  }).finally(() => cache?.close());
}

const same = (a: Built, b: Built) => expect(a.bytes.equals(b.bytes)).toBe(true);

/** Files that cannot be read: whoever needs none of them has them remembered. */
async function buildWithoutReading(compression: Compression): Promise<Built> {
  const known = entries();
  const hidden = known.map((entry) =>
    entry.kind === 'file' && 'disk' in entry.content
      ? { ...entry, content: { ...entry.content, disk: '/nowhere' } }
      : entry,
  );
  const bytes = await dataMember(hidden, compression, await PieceCache.open(cacheFolder, later()));
  return { bytes, cacheFiles: [] };
}

describe.each(['zstd', 'gzip', 'xz'] as const)('with %s', (compression) => {
  test('a second build has the same bytes and reads no file', async () => {
    const cold = await build(compression, { cached: false });
    same(await build(compression), cold);
    same(await buildWithoutReading(compression), cold);
  });

  test('after a change only what is around it is compressed anew, to the bytes of a first build', async () => {
    const before = await build(compression);
    appendFileSync(join(folder, 'app/below/17.txt'), 'one line more\n');
    const after = await build(compression);
    const pieces = after.cacheFiles.filter((name) => name.endsWith('.piece'));
    const fresh = pieces.filter((name) => !before.cacheFiles.includes(name));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.length).toBeLessThanOrEqual(pieces.length / 2);
    same(after, await build(compression, { cached: false }));
  });
});

test('a file with new bytes, its size and modification time as they were, is seen', async () => {
  const file = join(folder, 'app/4.txt');
  // A Date has no microseconds, which the file would lose otherwise.
  const when = new Date('2026-01-02T03:04:05.678Z');
  utimesSync(file, when, when);
  await build();
  const before = statSync(file);
  writeFileSync(file, 'X'.repeat(before.size));
  utimesSync(file, when, when);
  expect(statSync(file)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs, ino: before.ino });
  const after = await build();
  same(after, await build('zstd', { cached: false }));
});

test('a file that was just written is read again: another change could show the same times', async () => {
  const file = join(folder, 'app/4.txt');
  const { ctimeMs } = statSync(file);
  await build('zstd', { nowMs: ctimeMs + 1_000 });
  expect(readdirSync(cacheFolder)).toEqual([]);
  await build('zstd', { nowMs: ctimeMs + 60_000 });
  expect(readdirSync(cacheFolder).length).toBeGreaterThan(2);
});

test('times in whole seconds are not trusted', async () => {
  const cache = await PieceCache.open(cacheFolder, later());
  const stamp = { device: 1, inode: 2, mtimeMs: 1_000_500, ctimeMs: 1_000_500 };
  expect(cache?.trusts(stamp)).toBe(true);
  expect(cache?.trusts({ ...stamp, ctimeMs: 1_001_000 })).toBe(false);
  await cache?.close();
});

test('mode, owner, name, links, time, compression: all that is in the bytes counts', async () => {
  await build();
  chmodSync(join(folder, 'app/6.txt'), 0o755);
  const more: Entry[] = [{ kind: 'hardlink', path: '/usr/share/x/hard', target: '/usr/share/x/8.txt' }];
  same(await build('zstd', { more }), await build('zstd', { more, cached: false }));
  for (const compression of ['gzip', 'none'] as const) {
    same(await build(compression), await build(compression, { cached: false }));
  }
});

test('whatever happens to the cache, the bytes are the same', async () => {
  const cold = await build('zstd', { cached: false });
  const damages = fc.constantFrom('cut', 'zero', 'flip', 'remove', 'empty', 'fill', 'swap');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(damages, fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true })), {
        maxLength: 6,
      }),
      async (all) => {
        await build();
        for (const [what, which, where] of all) damage(what, which, where);
        same(await build(), cold);
      },
    ),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 12) },
  );
}, 600_000);

function damage(what: string, which: number, where: number): void {
  const names = readdirSync(cacheFolder).sort();
  if (names.length === 0) return;
  const path = join(cacheFolder, names[which % names.length] as string);
  const bytes = readFileSync(path);
  if (bytes.length === 0) return;
  const at = Math.floor(where * (bytes.length - 1));
  switch (what) {
    case 'cut':
      truncateSync(path, at);
      break;
    case 'zero':
      writeFileSync(path, Buffer.concat([bytes.subarray(0, at), Buffer.alloc(bytes.length - at)]));
      break;
    case 'flip':
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      writeFileSync(path, bytes);
      break;
    case 'remove':
      rmSync(path);
      break;
    case 'empty':
      writeFileSync(path, '');
      break;
    case 'fill':
      writeFileSync(path, randomBytes(bytes.length));
      break;
    default:
      writeFileSync(path, '{"md5s":[],"pieces":[]}');
  }
}

test('a cache that cannot be made or written is done without', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await PieceCache.open(join(folder, 'file/cache'))).toBeNull();
  const cold = await build('zstd', { cached: false });
  const cache = await PieceCache.open(cacheFolder, later());
  rmSync(cacheFolder, { recursive: true });
  expect((await dataMember(entries(), 'zstd', cache)).equals(cold.bytes)).toBe(true);
});

test('a folder that others can write to is not used', async () => {
  mkdirSync(cacheFolder, { mode: 0o700 });
  for (const [mode, isUsed] of [
    [0o777, false],
    [0o775, false],
    [0o755, true],
  ] as const) {
    chmodSync(cacheFolder, mode);
    expect((await PieceCache.open(cacheFolder)) !== null).toBe(isUsed);
  }
});

test('two builds at once share it', async () => {
  const cold = await build('zstd', { cached: false });
  for (const built of await Promise.all([build(), build(), build()])) same(built, cold);
  same(await buildWithoutReading('zstd'), cold);
});

test('it is bounded: what was not used for the longest time goes, and what killed builds left', async () => {
  mkdirSync(cacheFolder, { mode: 0o700 });
  const old = (name: string, megabytes: number, days: number) => {
    writeFileSync(join(cacheFolder, name), '');
    truncateSync(join(cacheFolder, name), megabytes * 2 ** 20);
    const then = Date.now() / 1_000 - days * 86_400;
    utimesSync(join(cacheFolder, name), then, then);
  };
  old('oldest.piece', 1_500, 9);
  old('older.piece', 1_500, 5);
  old('half.piece.0123.tmp', 1, 1);
  old('at-work.piece.4567.tmp', 1, 0);
  await build();
  const left = readdirSync(cacheFolder);
  expect(left).toContain('older.piece');
  expect(left).toContain('at-work.piece.4567.tmp');
  expect(left).not.toContain('oldest.piece');
  expect(left).not.toContain('half.piece.0123.tmp');
});

describe('mkdeb build', () => {
  beforeEach(() => {
    writeFileSync(join(folder, 'app/mkdeb.yaml'), config);
    for (let i = 0; i < 8; i++) writeFileSync(join(folder, `app/large-${i}`), lines(i, 1_000_000));
  });
  const config = 'name: app\nversion: 1.0.0\nmaintainer: A Person <person@example.org>\ndescription: text\n';
  const buildArgs = (...more: string[]) => ['build', 'app', '-o', 'x.deb', '--compress', 'gzip', ...more];

  test('remembers in $MKDEB_CACHE, and with --no-cache nothing', async () => {
    // No file is too young to be trusted.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const env = { MKDEB_CACHE: cacheFolder };
    expect(mkdeb(folder, buildArgs('--no-cache'), env)).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(cacheFolder)).toBe(false);
    const cold = readFileSync(join(folder, 'x.deb'));
    for (const _ of [1, 2]) {
      expect(mkdeb(folder, buildArgs(), env)).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(join(folder, 'x.deb')).equals(cold)).toBe(true);
      expect(readdirSync(join(cacheFolder, 'pieces')).length).toBeGreaterThan(2);
    }
  });

  test('killed at any moment leaves a cache that the next can use, and no half package', async () => {
    const env = { MKDEB_CACHE: cacheFolder };
    expect(mkdeb(folder, buildArgs('--no-cache'), env).status).toBe(0);
    const cold = readFileSync(join(folder, 'x.deb'));
    rmSync(join(folder, 'x.deb'));
    const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
    for (const wait of [250, 400, 600, 900, 1_300]) {
      const child = spawn(process.execPath, [cli, ...buildArgs()], {
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000', ...env },
      });
      const exited = once(child, 'exit');
      setTimeout(() => child.kill('SIGKILL'), wait);
      await exited;
      if (existsSync(join(folder, 'x.deb')))
        expect(readFileSync(join(folder, 'x.deb')).equals(cold)).toBe(true);
    }
    expect(mkdeb(folder, buildArgs(), env).status).toBe(0);
    expect(readFileSync(join(folder, 'x.deb')).equals(cold)).toBe(true);
  });
});
