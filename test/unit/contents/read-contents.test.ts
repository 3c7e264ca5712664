import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Content, ContentsOptions } from '../../../src/contents/content.ts';
import { findSources } from '../../../src/contents/find-sources.ts';
import { readContents } from '../../../src/contents/read-contents.ts';
import type { Entry } from '../../../src/package/package.ts';
import { appDirectory } from '../config/app-directory.ts';

const content = (given: Partial<Content>): Content => ({
  src: null,
  dst: '/x',
  type: 'file',
  owner: null,
  group: null,
  mode: null,
  mtimeSeconds: null,
  place: 'nfpm.yaml:1:1: contents[0]',
  ...given,
});
const usual: ContentsOptions = { umask: 0o002, disableGlobbing: false };

function read(dir: string, contents: Partial<Content>[], options = usual): Record<string, string> {
  const { entries } = readContents(dir, contents.map(content), options);
  return Object.fromEntries(entries.sort((a, b) => (a.path < b.path ? -1 : 1)).map((e) => [e.path, told(e)]));
}

function told(entry: Entry): string {
  if (entry.kind === 'symlink' || entry.kind === 'hardlink') return `-> ${entry.target}`;
  const conffile = entry.kind === 'file' && entry.conffile === true ? ' conffile' : '';
  return `${entry.kind} ${entry.mode.toString(8)}${conffile}`;
}

/** The tree of nfpm's own tests of its globs. */
function nfpmTestdata(): string {
  return appDirectory({
    'testdata/dir_a/dir_b/test_b.txt': 'b',
    'testdata/dir_a/dir_c/test_c.txt': 'c',
    'testdata/{dir_d}/test_brace.txt': 'd',
  });
}

function sources(dir: string, src: string, disableGlobbing = false): Record<string, string> | string {
  const found = findSources(dir, src, disableGlobbing);
  return typeof found === 'string' ? found : Object.fromEntries(found.map((one) => [one.path, one.below]));
}

test('sources are found as nfpm’s own tests have it', () => {
  const dir = nfpmTestdata();
  expect(sources(dir, './testdata/dir_a/dir_*/*')).toEqual({
    'testdata/dir_a/dir_b/test_b.txt': 'dir_b/test_b.txt',
    'testdata/dir_a/dir_c/test_c.txt': 'dir_c/test_c.txt',
  });
  expect(sources(dir, 'testdata/dir_a/dir_b/*')).toEqual({ 'testdata/dir_a/dir_b/test_b.txt': 'test_b.txt' });
  expect(sources(dir, 'testdata/**/test*.txt')).toEqual({
    'testdata/dir_a/dir_b/test_b.txt': 'dir_a/dir_b/test_b.txt',
    'testdata/dir_a/dir_c/test_c.txt': 'dir_a/dir_c/test_c.txt',
    'testdata/{dir_d}/test_brace.txt': '{dir_d}/test_brace.txt',
  });
  expect(sources(dir, 'testdata/\\{dir_d\\}/*')).toEqual({
    'testdata/{dir_d}/test_brace.txt': 'test_brace.txt',
  });
  expect(sources(dir, 'testdata/dir_a/dir_b/test_b.txt')).toEqual({ 'testdata/dir_a/dir_b/test_b.txt': '' });
  expect(sources(dir, 'does/not/exist')).toBe(`there is no such file in ${dir}`);
  expect(sources(dir, 'testdata/nothing*')).toBe(`no file in ${dir} matches`);
});

test('a directory means the files below it; a pattern that matches one brings them along', () => {
  const dir = nfpmTestdata();
  expect(sources(dir, 'testdata/dir_a/')).toEqual({
    'testdata/dir_a/dir_b/test_b.txt': 'dir_b/test_b.txt',
    'testdata/dir_a/dir_c/test_c.txt': 'dir_c/test_c.txt',
  });
  expect(sources(dir, 'testdata/dir_*')).toEqual({
    'testdata/dir_a/dir_b/test_b.txt': 'dir_b/test_b.txt',
    'testdata/dir_a/dir_c/test_c.txt': 'dir_c/test_c.txt',
  });
});

test('without globbing a wildcard is a plain character; an absolute path and one above are taken', () => {
  const dir = appDirectory({ 'app/a*': '1', 'app/ab': '2', 'beside/x': '3' });
  expect(sources(join(dir, 'app'), 'a*', true)).toEqual({ 'a*': '' });
  expect(sources(join(dir, 'app'), '../beside/*')).toEqual({ '../beside/x': 'x' });
  expect(sources('/nowhere', join(dir, 'beside/*'))).toEqual({ [join(dir, 'beside/x')]: 'x' });
});

test('a slash at the end of dst is a directory’s, and drops the directories that a file comes from', () => {
  const dir = nfpmTestdata();
  const src = 'testdata/dir_a';
  expect(Object.keys(read(dir, [{ src, dst: '/etc/a' }]))).toEqual([
    '/etc/a/dir_b/test_b.txt',
    '/etc/a/dir_c/test_c.txt',
  ]);
  expect(Object.keys(read(dir, [{ src, dst: '/etc/a/' }]))).toEqual([
    '/etc/a/test_b.txt',
    '/etc/a/test_c.txt',
  ]);
  const one = { src: 'testdata/dir_a/dir_b/test_b.txt' };
  expect(Object.keys(read(dir, [{ ...one, dst: '/etc/a/' }]))).toEqual(['/etc/a/test_b.txt']);
  expect(Object.keys(read(dir, [{ ...one, dst: 'etc//a' }]))).toEqual(['/etc/a']);
});

test('modes are those of the disk less the umask, or those given; every kind of config is a conffile', () => {
  const dir = appDirectory({ program: 'x', plain: 'x' });
  chmodSync(join(dir, 'program'), 0o4777);
  chmodSync(join(dir, 'plain'), 0o666);
  const contents: Partial<Content>[] = [
    { src: 'program', dst: '/usr/bin/program' },
    { src: 'program', dst: '/usr/bin/plain', mode: 0o755 },
    { src: 'plain', dst: '/etc/a', type: 'config' },
    { src: 'plain', dst: '/etc/b', type: 'config|noreplace' },
    { src: 'plain', dst: '/etc/c', type: 'config|missingok' },
    { dst: '/var/lib/x/', type: 'dir' },
    { dst: '/var/lib/y', type: 'dir', mode: 0o700 },
    { src: '/usr/bin/program', dst: '/usr/bin/link', type: 'symlink' },
  ];
  expect(read(dir, contents)).toEqual({
    '/etc/a': 'file 664 conffile',
    '/etc/b': 'file 664 conffile',
    '/etc/c': 'file 664 conffile',
    '/usr/bin/link': '-> /usr/bin/program',
    '/usr/bin/plain': 'file 755',
    '/usr/bin/program': 'file 4775',
    '/var/lib/x': 'directory 755',
    '/var/lib/y': 'directory 700',
  });
  expect(read(dir, contents, { ...usual, umask: 0o077 })).toMatchObject({
    '/etc/a': 'file 600 conffile',
    '/usr/bin/plain': 'file 755',
    '/usr/bin/program': 'file 4700',
  });
});

test('a tree keeps its directories and links', () => {
  const dir = appDirectory({ 'tree/sub/deep/file': 'x', 'tree/file': 'x', 'tree/empty/gone': 'x' });
  chmodSync(join(dir, 'tree/sub'), 0o750);
  symlinkSync('sub/deep', join(dir, 'tree/link'));
  const tree = { src: 'tree/', dst: '/opt/tree', type: 'tree' } as const;
  expect(read(dir, [tree])).toMatchObject({
    '/opt/tree/file': expect.stringMatching(/^file 6/),
    '/opt/tree/link': '-> sub/deep',
    '/opt/tree/sub': 'directory 750',
    '/opt/tree/sub/deep/file': expect.stringMatching(/^file 6/),
  });
  expect(read(dir, [{ ...tree, mode: 0o700 }])).toMatchObject({
    '/opt/tree': 'directory 700',
    '/opt/tree/file': 'file 700',
    '/opt/tree/link': '-> sub/deep',
  });
  // A mode for files leaves directories that those who may read them can enter.
  expect(read(dir, [{ ...tree, mode: 0o640 }])).toMatchObject({
    '/opt/tree': 'directory 750',
    '/opt/tree/file': 'file 640',
  });
  // What is said of one directory goes before what the tree brings.
  const own = { dst: '/opt/tree/sub', type: 'dir', mode: 0o711 } as const;
  expect(read(dir, [tree, own])).toMatchObject({ '/opt/tree/sub': 'directory 711' });
  expect(read(dir, [own, tree])).toMatchObject({ '/opt/tree/sub': 'directory 711' });
  expect(read(dir, [{ ...tree, dst: '/' }])).toHaveProperty('/sub/deep/file');
});

test('owner, group and time are of all that a content brings', () => {
  const dir = appDirectory({ 'a/b': 'x' });
  const of = { owner: 'daemon', group: 'adm', mtimeSeconds: 5 };
  for (const type of ['tree', 'file'] as const) {
    const { entries } = readContents(dir, [content({ ...of, src: 'a', dst: '/opt/a', type })], usual);
    for (const entry of entries) expect(entry).toMatchObject(of);
  }
});

test('two things at one path are told with both places, as is all that is missing', () => {
  const dir = appDirectory({ a: 'x', b: 'x', 'tree/a': 'x' });
  const at = (n: number) => `nfpm.yaml:${n}:5: contents[${n}]`;
  expect(() =>
    readContents(
      dir,
      [
        content({ src: 'a', dst: '/etc/a', place: at(0) }),
        content({ src: 'b', dst: '/etc/a', place: at(1) }),
        content({ src: 'gone', dst: '/etc/b', place: at(2) }),
        content({ src: 'tree', dst: '/etc', type: 'tree', place: at(3) }),
        content({ src: 'a', dst: '/etc/c', type: 'tree', place: at(4) }),
        content({ dst: '/etc/d', type: 'symlink', place: at(5) }),
        content({ src: 'x[', dst: '/etc/d', place: at(6) }),
      ],
      usual,
    ),
  ).toThrow(
    [
      `${at(1)}.dst: /etc/a is in the package already, from ${at(0)}; keep one of the two`,
      `${at(2)}.src is "gone"; there is no such file in ${dir}`,
      `${at(3)}.dst: /etc/a is in the package already, from ${at(0)}; keep one of the two`,
      `${at(4)}.src is "a"; there is no such directory in ${dir}`,
      `${at(5)}.src is missing; a symlink needs one`,
      `${at(6)}.src is "x["; expected "[abc]", "[!abc]" or "[a-z]" where "[" stands; write "\\[" for the character`,
    ].join('\n'),
  );
});
