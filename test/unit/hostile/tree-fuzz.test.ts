/** Trees with anything in them, also while they change: one clear error, or a package that dpkg-deb unpacks to the same. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { preparePackages } from '../../../src/commands/prepare-packages.ts';
import { compressions } from '../../../src/deb/compression.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { plain, run, scratchFolder } from '../deb/scratch.ts';

/** More by the environment: FUZZ_RUNS=1000. */
const runs = (usual: number) => Number(process.env['FUZZ_RUNS'] ?? usual);
const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const config = 'name: hello\nversion: 1.0.0\nmaintainer: A Person <person@example.org>\ndescription: text\n';

/** A folder with an app, and beside it its configuration. */
function appFolder(): { folder: string; app: string; file: string } {
  const folder = scratchFolder();
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(folder, 'mkdeb.yaml'), config);
  return { folder, app, file: join(folder, 'mkdeb.yaml') };
}

/** Any byte that a name can have, most often one that breaks something. */
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Buffer.from('abcXYZ09._-+~ ')) },
  { weight: 2, arbitrary: fc.constantFrom(...Buffer.from('\t\r\x01\x1b\x7f\\\'"`$*?[]{}()<>|&;!#%:,=@^')) },
);
const anyName = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(byte, { minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  },
  {
    weight: 4,
    arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.constantFrom(100, 101, 155, 246).map((length) => Buffer.alloc(length, 'n')) },
);
/** What dpkg cannot have. */
const badName = fc.oneof(
  fc.constantFrom(247, 255).map((length) => Buffer.alloc(length, 'n')),
  fc
    .tuple(anyName, fc.constantFrom('\n', '\xff', '\xc3(', '\xed\xa0\x80'))
    .map(([name, bad]) => Buffer.concat([name.subarray(0, 30), Buffer.from(bad, 'latin1')])),
);
const usable = (name: Buffer) =>
  !/[/\0]/.test(name.toString('latin1')) &&
  !/^\.{1,2}$|^\.git|\.deb$|^mkdeb\.yaml$|^package\.json$|^node_modules$|^\.mkdeb$/.test(name.toString()) &&
  name.length <= 246;

const node = fc.record({
  folders: fc.array(anyName.filter(usable), { maxLength: 4 }),
  name: anyName.filter(usable),
  kind: fc.constantFrom(
    'file',
    'file',
    'file',
    'empty',
    'sparse',
    'directory',
    'symlink',
    'loop',
    'dangling',
    'hardlink',
    'large',
  ),
  mode: fc.constantFrom(0o644, 0o600, 0o755, 0o711, 0o4755, 0o2755, 0o6755, 0o400, 0o777),
  bytes: fc.uint8Array({ maxLength: 2_000 }),
});
type TreeNode = typeof node extends fc.Arbitrary<infer T> ? T : never;

const slash = Buffer.from('/');
const joined = (...parts: Buffer[]) =>
  Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [slash, part])));

function plant(app: string, nodes: readonly TreeNode[]): void {
  writeFileSync(join(app, 'always'), 'here');
  const files: Buffer[] = [];
  for (const { folders, name, kind, mode, bytes } of nodes) {
    const folder = joined(Buffer.from(app), ...folders);
    const path = joined(folder, name);
    try {
      mkdirSync(folder, { recursive: true });
      lstatSync(path);
      continue;
    } catch (error) {
      // A file where a folder should be: another node was there first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') continue;
    }
    if (kind === 'directory') mkdirSync(path, { mode: mode | 0o700 });
    else if (kind === 'symlink') symlinkSync('always', path);
    else if (kind === 'loop') symlinkSync(name, path);
    else if (kind === 'dangling') symlinkSync(Buffer.concat([Buffer.from('no/'), name]), path);
    else if (kind === 'hardlink' && files[0] !== undefined) linkSync(files[0], path);
    else {
      writeFileSync(
        path,
        kind === 'empty'
          ? ''
          : kind === 'large'
            ? Buffer.alloc(1_100_000, Buffer.concat([bytes, Buffer.of(7)]))
            : bytes,
      );
      if (kind === 'sparse') truncateSync(path, 3_000_000);
      chmodSync(path, mode);
      files.push(path);
    }
  }
}

/** All that a package keeps of a tree, a line each. */
function listing(root: string): string[] {
  const printed = execFileSync(
    'find',
    [
      '.',
      '-mindepth',
      '1',
      '(',
      '-type',
      'f',
      '-printf',
      'f %#m %s %n %P\\0',
      ')',
      '-o',
      '(',
      '-type',
      'l',
      '-printf',
      'l %P %l\\0',
      ')',
      '-o',
      '-printf',
      '%y %P\\0',
    ],
    { cwd: root, encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  return printed.toString('latin1').split('\0').filter(Boolean).sort();
}

/** Modes as packages have them: nobody's umask, set-id bits kept. */
function expectedListing(root: string): string[] {
  return listing(root)
    .map((line) =>
      line.replace(/^f 0*([0-7]*) /, (_, mode: string) => {
        const bits = Number.parseInt(mode || '0', 8);
        return `f 0${(((bits & 0o111) === 0 ? 0o644 : 0o755) | (bits & 0o6000)).toString(8)} `;
      }),
    )
    .sort();
}

test('any tree is unpacked by dpkg-deb as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { maxLength: 15 }),
      fc.constantFrom(...compressions),
      async (nodes, compression) => {
        const { folder, app, file } = appFolder();
        plant(app, nodes);
        const deb = join(folder, 'x.deb');
        const [{ pkg }] = await preparePackages(app, { file });
        await writeDeb(pkg, deb, { ...plain, compression });
        run('dpkg-deb', '-x', deb, join(folder, 'out'));
        const dist = join(folder, 'out/usr/lib/hello/dist');
        expect(listing(dist)).toEqual(expectedListing(app));
        execFileSync('diff', ['-r', '--no-dereference', app, dist]);
        rmSync(folder, { recursive: true });
      },
    ),
    { numRuns: runs(12) },
  );
}, 3_600_000);

describe('what a package cannot hold is told in one line, and nothing is written', () => {
  const refused = async (app: string, file: string): Promise<string> => {
    const error = await preparePackages(app, { file })
      .then(([{ pkg }]) => writeDeb(pkg, join(app, '../x.deb'), plain))
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(BadInput);
    expect(readdirSync(join(app, '..')).sort()).toEqual(['app', 'mkdeb.yaml']);
    return (error as BadInput).message;
  };

  test('names that dpkg cannot unpack', async () => {
    await fc.assert(
      fc.asyncProperty(badName, fc.boolean(), async (name, isFolder) => {
        const { folder, app, file } = appFolder();
        const path = joined(Buffer.from(app), name);
        // A folder may have the longest name; a file in it needs no other.
        if (isFolder && name.length > 246) return;
        if (isFolder) mkdirSync(path);
        else writeFileSync(path, 'x');
        if (isFolder) writeFileSync(joined(path, Buffer.from('x')), 'x');
        expect(await refused(app, file)).toMatch(/^\S.*(?:UTF-8|newline|bytes)/);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: runs(15) },
    );
  }, 3_600_000);

  test.each([
    ['a FIFO', (path: string) => run('mkfifo', path)],
    [
      'a socket',
      (path: string) =>
        run(
          'perl',
          '-MIO::Socket::UNIX',
          '-e',
          'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die',
          path,
        ),
    ],
    ['a device', (path: string) => run('mknod', path, 'c', '1', '3')],
  ])('%s', async (what, make) => {
    const { app, file } = appFolder();
    writeFileSync(join(app, 'x'), 'x');
    make(join(app, 'special'));
    expect(await refused(app, file)).toBe(
      `${join(app, 'special')}: ${what} can’t go into a package; remove it, or add it to ignore`,
    );
  });

  test.each(['file', 'folder'])('a %s that may not be read', (what) => {
    const { folder, app } = appFolder();
    writeFileSync(join(app, 'x'), 'x');
    if (what === 'file') writeFileSync(join(app, 'secret'), 'x');
    else mkdirSync(join(app, 'secret'));
    chmodSync(join(app, 'secret'), 0);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;
    if (nobody !== null) chownSync(folder, nobody.uid, nobody.gid);
    chmodSync(folder, 0o755);
    // From this process, which may read the program, to one that may not read everything.
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, 'build', app, '-c', join(folder, 'mkdeb.yaml'), '--no-cache'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, HOME: folder, SOURCE_DATE_EPOCH: '1700000000' },
        ...(nobody ?? {}),
      },
    );
    expect(stderr).toMatch(/^\S.*secret.*(?:denied|read).*\n$/);
    expect(status).toBe(2);
    expect(readdirSync(folder).sort()).toEqual(['app', 'mkdeb.yaml']);
  });
});

test('files that grow, shrink, vanish and change meanwhile: told, or packed with the checksums of what was packed', async () => {
  const { folder, app, file } = appFolder();
  for (let i = 0; i < 60; i++)
    writeFileSync(join(app, `file-${i}`), Buffer.alloc(i % 3 ? 30_000 : 2_000_000, i));
  // Always 1 to 60 of one letter, replaced, written over, cut, removed and made again, as fast as it goes.
  const restless = spawn(
    'perl',
    [
      '-e',
      `
    chdir shift; srand 7;
    while (1) {
      my $i = int rand 60; my $f = "file-$i"; my $x = chr(97 + rand 26) x (rand() < .5 ? 30_000 : 1_000_000 * rand 3); my $h;
      my $what = int rand 6;
      if ($what == 0) { unlink $f }
      elsif ($what == 1) { open $h, '>', ".n" and print $h $x; close $h; rename ".n", $f }
      elsif ($what == 2) { open $h, '>>', $f and print $h "more"; close $h }
      elsif ($what == 3) { truncate $f, int rand 20_000 }
      elsif ($what == 4) { open $h, '+<', $f and print $h $x; close $h }
      else { open $h, '>', $f and print $h $x; close $h }
      select undef, undef, undef, rand 0.004;
    }`,
      app,
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void restless.kill('SIGKILL'));
  const seen = { packed: 0, told: 0 };
  const deb = join(folder, 'x.deb');
  for (let i = 0; i < runs(8); i++) {
    try {
      const [{ pkg }] = await preparePackages(app, { file });
      await writeDeb(pkg, deb, { ...plain, compression: i % 2 ? 'none' : 'zstd' });
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      // `.n` is there for a moment, and can vanish as well.
      expect(error.message).toMatch(
        /^\S+\/(?:file-\d+|\.n) (?:grew|became shorter|vanished|changed) while the package was built: \S.*$/,
      );
      expect(existsSync(deb)).toBe(false);
      seen.told++;
      continue;
    }
    run('dpkg-deb', '-x', deb, join(folder, 'out'));
    run('dpkg-deb', '-e', deb, join(folder, 'control'));
    execFileSync('md5sum', ['--quiet', '-c', '../control/md5sums'], { cwd: join(folder, 'out') });
    rmSync(join(folder, 'out'), { recursive: true });
    rmSync(deb);
    seen.packed++;
  }
  expect(seen.told).toBeGreaterThan(0);
}, 3_600_000);

describe('a build that is ended', () => {
  test('at any moment leaves the whole package or none', async () => {
    const { folder, app } = appFolder();
    for (let i = 0; i < 6; i++) writeFileSync(join(app, `file-${i}`), `${i} text\n`.repeat(200_000));
    const args = [
      'build',
      app,
      '-c',
      join(folder, 'mkdeb.yaml'),
      '-o',
      'out/x.deb',
      '--compress',
      'none',
      '--no-cache',
    ];
    mkdirSync(join(folder, 'out'));
    expect(mkdeb(folder, args).status).toBe(0);
    const whole = readFileSync(join(folder, 'out/x.deb'));
    rmSync(join(folder, 'out/x.deb'));
    for (let i = 0; i < runs(6); i++) {
      const signal = i % 2 ? 'SIGKILL' : 'SIGTERM';
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
      });
      const exited = once(child, 'exit');
      setTimeout(() => child.kill(signal), 100 + ((i * 131) % 700));
      await exited;
      const left = readdirSync(join(folder, 'out'));
      for (const name of left.filter((name) => name === 'x.deb'))
        expect(readFileSync(join(folder, 'out', name)).equals(whole)).toBe(true);
      if (signal === 'SIGTERM') expect(left.filter((name) => name !== 'x.deb')).toEqual([]);
      // What a SIGKILL has left is not the next one's.
      for (const name of left) rmSync(join(folder, 'out', name));
    }
  }, 3_600_000);

  test('by SIGKILL may leave a hidden half; the next build removes it once nobody can be at work on it', async () => {
    const folder = scratchFolder();
    const old = Date.now() / 1_000 - 601;
    for (const name of [
      '.x.deb.0123456789ab.tmp',
      '.scratch.0123456789ab.tmp',
      '.y.deb.0123456789ab.tmp',
      '.x.deb.tmp',
    ]) {
      writeFileSync(join(folder, name), 'half');
      utimesSync(join(folder, name), old, old);
    }
    writeFileSync(join(folder, '.x.deb.ba9876543210.tmp'), 'another build is at work');
    await writeDeb(
      {
        control: [
          ['Package', 'hello'],
          ['Version', '1'],
        ],
        entries: [],
        scripts: {},
      },
      join(folder, 'x.deb'),
      plain,
    );
    expect(readdirSync(folder).sort()).toEqual([
      '.x.deb.ba9876543210.tmp',
      '.x.deb.tmp',
      '.y.deb.0123456789ab.tmp',
      'x.deb',
    ]);
  });
});

const mayMount =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'x', '/mnt']).status === 0;

test.skipIf(!mayMount).each(['zstd', 'gzip', 'none'])(
  'a full disk is told in one line, and nothing is left on it (%s)',
  (compression) => {
    const { folder, app } = appFolder();
    for (let i = 0; i < 5; i++)
      writeFileSync(
        join(app, `noise-${i}`),
        execFileSync('head', ['-c', '1500000', '/dev/urandom'], { maxBuffer: 1 << 24 }),
      );
    mkdirSync(join(folder, 'small'));
    const build = (env: string, out: string, args: string) =>
      spawnSync(
        'unshare',
        [
          '--mount',
          'sh',
          '-c',
          `mount -t tmpfs -o size=3m x small && ${env} "$0" "$1" build app -c mkdeb.yaml ${args} --compress ${compression} -o ${out}; code=$?; find small -mindepth 1; exit $code`,
          process.execPath,
          cli,
        ],
        { cwd: folder, encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' } },
      );
    const full = build('', 'small/x.deb', '--no-cache');
    expect(full.stderr).toMatch(/^mkdeb: .*(?:no space left|No space left).*\n$/);
    expect([full.status, full.stdout]).toEqual([1, '']);
    // A cache on a full disk is done without.
    const cached = build('MKDEB_CACHE=small', 'x.deb', '');
    expect([cached.status, cached.stderr]).toEqual([0, '']);
    expect(statSync(join(folder, 'x.deb')).size).toBeGreaterThan(7_000_000);
  },
);
