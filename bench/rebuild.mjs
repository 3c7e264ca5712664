// node bench/rebuild.mjs [zstd gzip xz] [TREE...]: `mkdeb build` of a tree the first time, and again after one file changed,
// with the cache and with --no-cache, turn by turn; the best of three each. Needs `npm run build` before, and Debian's
// package `time`.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTrees } from './build-trees.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mkdeb-rebuild-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

/** Wall and CPU in seconds, the largest process in MB. */
function build(app, compression, ...options) {
  const times = join(folder, 'times');
  const { status, stderr } = spawnSync(
    '/usr/bin/time',
    ['-o', times, '-f', '%e %U %S %M', 'node', join(repository, 'dist/cli.js'), 'build', app].concat(
      ['-o', join(folder, 'out.deb'), '--compress', compression],
      options,
    ),
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, MKDEB_CACHE: join(folder, 'cache') },
    },
  );
  if (status !== 0) throw new Error(stderr);
  const [wall, user, system, kilobytes] = readFileSync(times, 'utf8').trim().split(' ').map(Number);
  return { wall, cpu: user + system, memory: kilobytes / 1024 };
}

/** Of each; TURNS says otherwise. */
const turns = (compression) => Number(process.env.TURNS ?? (compression === 'xz' ? 1 : 3));
const least = (runs, key) => Math.min(...runs.map((run) => run[key]));

const rows = [];
const known = ['zstd', 'gzip', 'xz'];
const args = process.argv.slice(2);
const asked = args.filter((arg) => known.includes(arg));
for (const { name, root } of makeTrees(
  folder,
  repository,
  args.filter((arg) => !known.includes(arg)),
)) {
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: root });
  writeFileSync(
    join(root, 'mkdeb.yaml'),
    'name: bench\nversion: 1.0.0\nmaintainer: A Person <person@example.org>\ndescription: bench\n',
  );
  // The time of all in the package is that of the last commit, so that it is the same for both builds.
  git('init', '-q');
  git('add', 'mkdeb.yaml');
  git('commit', '-q', '-m', 'x');
  const edited = join(
    root,
    readdirSync(root, { recursive: true }).find((file) => /\.(js|bin)$/.test(file)),
  );
  // What was just written is not trusted to stay as it is.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  for (const compression of asked.length > 0 ? asked : known) {
    const runs = { without: [], first: [], second: [] };
    for (let turn = 0; turn < turns(compression); turn++) {
      rmSync(join(folder, 'cache'), { recursive: true, force: true });
      runs.without.push(build(root, compression, '--no-cache'));
      runs.first.push(build(root, compression));
      appendFileSync(edited, '//\n');
      runs.second.push(build(root, compression));
      const bytes = readFileSync(join(folder, 'out.deb'));
      if (turn === 0) {
        build(root, compression, '--no-cache');
        if (!readFileSync(join(folder, 'out.deb')).equals(bytes))
          throw new Error('the cache changed the package');
      }
    }
    const ratio = (a, b, key) => (least(runs[a], key) / least(runs[b], key)).toFixed(2);
    rows.push({
      tree: name,
      compression,
      'wall s, without, first, second': ['without', 'first', 'second']
        .map((one) => least(runs[one], 'wall').toFixed(2))
        .join(' / '),
      'second to first, wall': ratio('second', 'first', 'wall'),
      'second to first, cpu': ratio('second', 'first', 'cpu'),
      'first to without, cpu': ratio('first', 'without', 'cpu'),
    });
    console.log(Object.values(rows.at(-1)).join('  '));
  }
}
console.table(rows);
