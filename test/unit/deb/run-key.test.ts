import { expect, test } from 'vitest';
import type { Run } from '../../../src/deb/data-runs.ts';
import { DataTar } from '../../../src/deb/data-tar.ts';
import { runKey } from '../../../src/deb/run-key.ts';
import type { Entry, FileEntry } from '../../../src/package/package.ts';

const stamp = { device: 1, inode: 2, mtimeMs: 3.5, ctimeMs: 4.5 };
const file: FileEntry = {
  kind: 'file',
  path: '/usr/x',
  mode: 0o644,
  content: { disk: '/x', size: 1, seen: stamp },
};
const keyOf = (entries: Entry[], more: Partial<Run> = {}, mtimeSeconds = 1) =>
  runKey(
    { entries, size: 0, isFirst: false, isLast: false, ...more },
    new DataTar(entries, mtimeSeconds),
    () => true,
  );

test('whatever decides a byte of a run decides its name', () => {
  const seen = (change: Partial<typeof stamp>) => ({
    ...file,
    content: { disk: '/x', size: 1, seen: { ...stamp, ...change } },
  });
  const names = [
    keyOf([file]),
    keyOf([{ ...file, path: '/usr/y' }]),
    keyOf([{ ...file, mode: 0o755 }]),
    keyOf([{ ...file, owner: 'undefined' }]),
    keyOf([{ ...file, group: 'undefined' }]),
    keyOf([{ ...file, owner: '0' }]),
    keyOf([{ ...file, mtimeSeconds: 2 }]),
    keyOf([{ ...file, content: { disk: '/x', size: 2, seen: stamp } }]),
    ...[{ device: 9 }, { inode: 9 }, { mtimeMs: 9 }, { ctimeMs: 9 }].map((change) => keyOf([seen(change)])),
    keyOf([{ ...file, content: { text: 'a' } }]),
    keyOf([{ ...file, content: { text: 'b' } }]),
    keyOf([file, { kind: 'directory', path: '/usr/z', mode: 0o755 }]),
    keyOf([file, { kind: 'symlink', path: '/usr/z', target: 'x' }]),
    keyOf([file, { kind: 'symlink', path: '/usr/z', target: 'x\nfile' }]),
    keyOf([file, { kind: 'hardlink', path: '/usr/z', target: '/usr/x' }]),
    keyOf([file], { isFirst: true }),
    keyOf([file], { isLast: true }),
    keyOf([file], { isFirst: true }, 2),
    keyOf([file], {}, 2),
  ];
  // That of the file's own time is the last one's too: both have it in the same header.
  expect(new Set(names).size).toBe(names.length - 1);
  expect(names).not.toContain(null);
});

test('where the file lies does not: its stamp says which one it is', () => {
  expect(keyOf([{ ...file, content: { disk: '/elsewhere', size: 1, seen: stamp } }])).toBe(keyOf([file]));
});

test('a file without a stamp, and one that is not trusted, has none', () => {
  expect(keyOf([{ ...file, content: { disk: '/x', size: 1 } }])).toBe(null);
  const run = { entries: [file], size: 0, isFirst: false, isLast: false };
  expect(runKey(run, new DataTar([file], 1), () => false)).toBe(null);
});
