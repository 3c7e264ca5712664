import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { readPayload } from '../../../src/payload/read-payload.ts';
import { appDirectory } from '../config/app-directory.ts';

const git = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args]);

const paths = async (dir: string, ignore: string[] = []) =>
  (await readPayload(dir, { ignore })).entries.map(({ path }) => path);

describe('outside of git everything goes in', () => {
  test('with parents, empty folders and sane modes, sorted', async () => {
    const dir = appDirectory({
      'b/c.js': 'c',
      'a.sh': 'a',
      'set-id': 's',
      'mkdeb.yaml': '',
      'x.deb': '',
      '.gitignore': '',
    });
    mkdirSync(join(dir, 'empty'));
    chmodSync(join(dir, 'a.sh'), 0o710);
    chmodSync(join(dir, 'b/c.js'), 0o600);
    chmodSync(join(dir, 'set-id'), 0o4750);
    chmodSync(join(dir, 'b'), 0o700);
    const { entries, summary, nativeArch } = await readPayload(dir, { ignore: [] });
    expect(
      entries.map((entry) => [entry.kind, entry.path, 'mode' in entry ? entry.mode.toString(8) : '']),
    ).toEqual([
      ['file', 'a.sh', '755'],
      ['directory', 'b', '755'],
      ['file', 'b/c.js', '644'],
      ['directory', 'empty', '755'],
      ['file', 'set-id', '4755'],
    ]);
    expect(entries[2]).toMatchObject({ content: { disk: join(dir, 'b/c.js'), size: 1 } });
    expect(summary).toBe('3 files of the directory (not in git)');
    expect(nativeArch).toBeNull();
  });

  test('less the ignore list', async () => {
    const dir = appDirectory({ 'a.js': '', 'a.md': '', 'keep.md': '', 'docs/x': '', 'src/docs/y': '' });
    expect(await paths(dir, ['*.md', '!keep.md', '/docs'])).toEqual([
      'a.js',
      'keep.md',
      'src',
      'src/docs',
      'src/docs/y',
    ]);
  });
});

describe('in git what git knows goes in', () => {
  const repository = (files: Readonly<Record<string, string>>) => {
    const dir = appDirectory(files);
    git(dir, 'init', '-q');
    return dir;
  };

  test('tracked and new files, not the ignored, not the deleted', async () => {
    const dir = repository({
      '.gitignore': 'build/\n*.log\n',
      'a.js': '',
      'new.js': '',
      'gone.js': '',
      'x.log': '',
      'build/o.js': '',
    });
    git(dir, 'add', 'a.js', 'gone.js', '.gitignore');
    rmSync(join(dir, 'gone.js'));
    expect(await paths(dir)).toEqual(['a.js', 'new.js']);
    expect((await readPayload(dir, { ignore: ['new.js'] })).summary).toBe(
      '1 file that git knows; left out: 1 file by the ignore list',
    );
  });

  test('"!" brings back what git ignores', async () => {
    const dir = repository({ '.gitignore': 'build/\n', 'a.js': '', 'build/o.js': '', 'build/o.map': '' });
    expect(await paths(dir, ['!build/', '*.map'])).toEqual(['a.js', 'build', 'build/o.js']);
  });

  test('the program that the service starts goes in though git ignores it', async () => {
    const dir = repository({ '.gitignore': 'hello\n', hello: '', 'main.go': '' });
    const { entries } = await readPayload(dir, { ignore: [], service: { exec: ['./hello'] } });
    expect(entries.map(({ path }) => path)).toEqual(['hello', 'main.go']);
  });

  test('a directory that is itself ignored is read whole', async () => {
    const dir = repository({ '.gitignore': 'build/\n', 'build/a.js': '', 'build/.gitignore': '*\n' });
    expect(await paths(join(dir, 'build'))).toEqual(['a.js']);
  });

  test('another repository inside goes in, its .git does not', async () => {
    const dir = repository({ 'a.js': '', 'sub/b.js': '' });
    git(join(dir, 'sub'), 'init', '-q');
    expect(await paths(dir)).toEqual(['a.js', 'sub', 'sub/b.js']);
  });
});

describe('node_modules', () => {
  const app = {
    'server.js': '',
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': {},
        'node_modules/a': {},
        'node_modules/@s/b': {},
        'node_modules/a/node_modules/c': {},
        'node_modules/d': { dev: true },
        'node_modules/e': { devOptional: true },
        'node_modules/f': { optional: true },
        'packages/w/node_modules/g': {},
        'packages/w/node_modules/h': { dev: true },
      },
    }),
    'node_modules/.package-lock.json': '{}',
    'node_modules/a/index.js': '',
    'node_modules/a/cli.js': '',
    'node_modules/a/test/node_modules/z/z.js': '',
    'node_modules/@s/b/index.js': '',
    'node_modules/a/node_modules/c/index.js': '',
    'node_modules/d/cli.js': '',
    'node_modules/e/index.js': '',
    'node_modules/left-over/index.js': '',
    'node_modules/.prisma/client.js': '',
    'packages/w/index.js': '',
    'packages/w/node_modules/g/index.js': '',
    'packages/w/node_modules/h/index.js': '',
  };

  test('only what production needs, by the lock file', async () => {
    const dir = appDirectory(app);
    mkdirSync(join(dir, 'node_modules/.bin'));
    symlinkSync('../a/cli.js', join(dir, 'node_modules/.bin/a'));
    symlinkSync('../d/cli.js', join(dir, 'node_modules/.bin/d'));
    const { entries, summary } = await readPayload(dir, { ignore: [] });
    const files = entries.filter(({ kind }) => kind !== 'directory').map(({ path }) => path);
    expect(files).toEqual([
      'node_modules/.bin/a',
      'node_modules/.prisma/client.js',
      'node_modules/@s/b/index.js',
      'node_modules/a/cli.js',
      'node_modules/a/index.js',
      'node_modules/a/node_modules/c/index.js',
      'node_modules/a/test/node_modules/z/z.js',
      'node_modules/e/index.js',
      'package-lock.json',
      'packages/w/index.js',
      'packages/w/node_modules/g/index.js',
      'server.js',
    ]);
    expect(summary).toBe(
      '3 files of the directory (not in git) and 9 files of the production node_modules; left out: 2 development packages',
    );
  });

  test('all of it without a lock file', async () => {
    const { 'package-lock.json': _, 'node_modules/.package-lock.json': __, ...rest } = app;
    const { summary } = await readPayload(appDirectory(rest), { ignore: [] });
    expect(summary).toContain('all of node_modules (no package-lock.json)');
  });

  test('what is not installed is told', async () => {
    const { 'node_modules/@s/b/index.js': _, ...rest } = app;
    const dir = appDirectory(rest);
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow(
      `${dir}/node_modules/@s/b: package-lock.json names it, but it is not installed; run "npm ci --omit=dev" in ${dir}`,
    );
  });

  test('goes in though git ignores it', async () => {
    const dir = appDirectory({ ...app, '.gitignore': 'node_modules/\n' });
    git(dir, 'init', '-q');
    expect(await paths(dir)).toContain('node_modules/a/index.js');
  });
});

describe('links', () => {
  test('symlinks are kept as they are written, hard links found', async () => {
    const dir = appDirectory({ a: 'x', 'b/c': 'y' });
    linkSync(join(dir, 'a'), join(dir, 'b/hard'));
    symlinkSync('../a', join(dir, 'b/soft'));
    symlinkSync('nowhere', join(dir, 'dangling'));
    const { entries } = await readPayload(dir, { ignore: [] });
    expect(entries.filter(({ kind }) => kind.endsWith('link'))).toEqual([
      { kind: 'hardlink', path: 'b/hard', target: 'a' },
      { kind: 'symlink', path: 'b/soft', target: '../a' },
      { kind: 'symlink', path: 'dangling', target: 'nowhere' },
    ]);
  });

  test('those that leave the app are refused, all at once', async () => {
    const dir = appDirectory({ a: '', 'b/c': '' });
    symlinkSync('/etc/passwd', join(dir, 'absolute'));
    symlinkSync('../../x', join(dir, 'b/out'));
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow(
      new BadInput(
        `${dir}/absolute: this link leads to /etc/passwd, which is another place on the host; make it relative, replace it by what it leads to, or add it to ignore\n` +
          `${dir}/b/out: this link leads to ../../x, outside of the app; replace it by what it leads to, or add it to ignore`,
      ),
    );
    expect(await paths(dir, ['absolute', 'out'])).toEqual(['a', 'b', 'b/c']);
  });
});

describe('what a package can’t carry is refused', () => {
  test('a FIFO, a socket', async () => {
    const dir = appDirectory({ a: '' });
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, 'sock'), resolve));
    onTestFinished(() => void server.close());
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow(
      `${dir}/pipe: a FIFO can’t go into a package; remove it, or add it to ignore\n${dir}/sock: a socket can’t`,
    );
  });

  test('.mkdeb at the root', async () => {
    const dir = appDirectory({ a: '', '.mkdeb/settings': '' });
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow(
      '.mkdeb: mkdeb keeps this name for itself',
    );
    expect(await paths(dir, ['.mkdeb'])).toEqual(['a']);
  });

  test.each([
    ['in git', true],
    ['outside of git', false],
  ])('a name that is not UTF-8, %s', async (_, inGit) => {
    const dir = appDirectory({ a: '' });
    if (inGit) git(dir, 'init', '-q');
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/caf`), Buffer.from([0xe9])]), '');
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow('the file name "café" is not UTF-8');
  });

  test('a newline in a name', async () => {
    const dir = appDirectory({ 'a\nb': '' });
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow('dpkg takes no newline in a file name');
  });

  test('control characters in a name are told as what they are, on one line', async () => {
    const dir = appDirectory({ '\x1b[2J\rall is well\n': 'x' });
    await expect(readPayload(dir, { ignore: [] })).rejects.toThrow(
      /^\S*\\x1b\[2J\\x0dall is well\\n: dpkg takes/,
    );
  });

  test('nothing at all', async () => {
    await expect(readPayload(appDirectory({ 'mkdeb.yaml': '' }), { ignore: [] })).rejects.toThrow(
      'no file to package',
    );
  });
});

describe('native code', () => {
  const elf = (machine: number, bits64 = true) => {
    const header = Buffer.alloc(64);
    header.write('\x7fELF');
    header[4] = bits64 ? 2 : 1;
    header[5] = 1;
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(machine, 18);
    return header;
  };
  const host = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();

  test('a program of this machine is for its architecture', async () => {
    const dir = appDirectory({ a: '' });
    copyFileSync('/bin/true', join(dir, 'hello'));
    expect((await readPayload(dir, { ignore: [] })).nativeArch).toBe(host);
  });

  test.each([
    [62, true, 'amd64'],
    [183, true, 'arm64'],
    [3, false, 'i386'],
    [243, true, 'riscv64'],
    [21, true, 'ppc64el'],
    [247, true, null],
  ])('machine %d', async (machine, bits64, arch) => {
    const dir = appDirectory({ a: '' });
    writeFileSync(join(dir, 'a.node'), elf(machine, bits64));
    expect((await readPayload(dir, { ignore: [] })).nativeArch).toBe(arch);
  });

  test('of several, the one asked for, then this machine’s', async () => {
    const dir = appDirectory({ 'prebuilds/x': '' });
    for (const [i, machine] of [22, 183, 62, 243].entries())
      writeFileSync(join(dir, `prebuilds/${i}.node`), elf(machine));
    expect((await readPayload(dir, { ignore: [] })).nativeArch).toBe(host);
    expect((await readPayload(dir, { ignore: [], arch: 's390x' })).nativeArch).toBe('s390x');
    await expect(readPayload(dir, { ignore: ['1.node', '2.node'] })).rejects.toThrow(
      'native code for s390x (prebuilds/0.node), riscv64 (prebuilds/3.node); say which one',
    );
  });
});

test('the licence file is read, form feeds made newlines', async () => {
  const dir = appDirectory({ 'LICENSE.md': 'MIT\fCopyright\r\n', a: '' });
  expect((await readPayload(dir, { ignore: [] })).license).toBe('MIT\nCopyright\n');
});

test('the newest file’s time is told', async () => {
  const dir = appDirectory({ a: '', b: '' });
  utimesSync(join(dir, 'a'), 1_000, 1_000);
  utimesSync(join(dir, 'b'), 2_000, 2_000);
  expect((await readPayload(dir, { ignore: [] })).newestSeconds).toBe(2_000);
});
