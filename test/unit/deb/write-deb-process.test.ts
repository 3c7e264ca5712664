/** The writer in a process of its own: its memory, its signals, its cores. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compressions } from '../../../src/deb/compression.ts';
import { run, scratchFolder } from './scratch.ts';

const buildOne = (out: string, compression: string, count: number, size: number, disk: string): string[] => [
  '--max-old-space-size=160',
  'test/unit/deb/build-one.mjs',
  out,
  compression,
  String(count),
  String(size),
  disk,
];

describe('memory stays under 250 MB', () => {
  test.each([
    ['100,000 small files', 100_000, 200],
    ['one file of 2 GB', 1, 2_000_000_000],
  ])('for %s', (_, count, size) => {
    const folder = scratchFolder();
    const disk = join(folder, 'payload');
    writeFileSync(disk, '');
    truncateSync(disk, size);
    const out = join(folder, 'big.deb');
    const said = execFileSync('node', buildOne(out, 'zstd', count, size, disk), { encoding: 'utf8' });
    const megabytes = Number(said.trim().split('\n').at(-1));
    expect(megabytes).toBeGreaterThan(20);
    expect(megabytes).toBeLessThan(250);
    expect(run('dpkg-deb', '-f', out, 'Package')).toBe('big\n');
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends it by that signal and leaves nothing',
  async (signal) => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'out'));
    const disk = join(folder, 'payload');
    writeFileSync(disk, '');
    truncateSync(disk, 2_000_000_000);
    const child = spawn('node', buildOne(join(folder, 'out/big.deb'), 'zstd', 20, 2_000_000_000, disk), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    const [code, endedBy] = await once(child, 'exit');
    expect([code, endedBy]).toEqual([null, signal]);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  },
);

test('SIGKILL while the data is compressed leaves nothing either', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'out'));
  const disk = join(folder, 'payload');
  writeFileSync(disk, '');
  truncateSync(disk, 2_000_000_000);
  const child = spawn('node', buildOne(join(folder, 'out/big.deb'), 'zstd', 20, 2_000_000_000, disk), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});

test.each(compressions)('one core gives the same bytes as all of them (%s)', (compression) => {
  const folder = scratchFolder();
  const disk = join(folder, 'payload');
  // More than one block for each thread: xz cuts at 24 MiB, zstd at 8 MiB.
  const size = compression === 'xz' ? 26_000_000 : 40_000_000;
  const line = Array.from({ length: 5000 }, (_, i) => `${i * 7919} a line of text ${i % 17}\n`).join('');
  writeFileSync(disk, line.repeat(Math.ceil(size / line.length)).slice(0, size));
  const one = join(folder, 'one.deb');
  const all = join(folder, 'all.deb');
  execFileSync('taskset', ['-c', '0', 'node', ...buildOne(one, compression, 1, size, disk)]);
  execFileSync('node', buildOne(all, compression, 1, size, disk));
  expect(readFileSync(one).equals(readFileSync(all))).toBe(true);
});
