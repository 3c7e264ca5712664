// node bench/build.mjs [zstd gzip xz none] [TREE...]: mkdeb's writer against dpkg-deb, on the same trees, in the same run,
// turn by turn; the best of three each. Trees by their names in build-trees.mjs. Needs `npm run build` before, and Debian's
// package `time`.
//
// A package should carry md5sums (dpkg --verify). mkdeb makes them as it reads; dpkg-deb does not, debhelper runs md5sum
// before it. The table has both: dpkg-deb alone, given md5sums made beforehand, and with the time of making them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTrees } from './build-trees.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mkdeb-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

/** Wall and CPU in seconds, the largest process in MB. */
function measure(command, args) {
  const times = join(folder, 'times');
  const { status, stderr } = spawnSync(
    '/usr/bin/time',
    ['-o', times, '-f', '%e %U %S %M', command, ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  const [wall, user, system, kilobytes] = readFileSync(times, 'utf8').trim().split(' ').map(Number);
  return { wall, cpu: user + system, memory: kilobytes / 1024 };
}

/** Of each; TURNS says otherwise. */
const turns = (compression) => Number(process.env.TURNS ?? (compression === 'xz' ? 1 : 3));
const least = (runs, key) => Math.min(...runs.map((run) => run[key]));

function describeTree(root) {
  mkdirSync(join(root, 'DEBIAN'));
  writeFileSync(
    join(root, 'DEBIAN/control'),
    'Package: bench\nVersion: 1\nArchitecture: all\nMaintainer: A Person <person@example.org>\nDescription: bench\n',
  );
  return [
    '-c',
    'cd "$1" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums',
    'sh',
    root,
  ];
}

const rows = [];
const known = ['zstd', 'gzip', 'xz', 'none'];
const args = process.argv.slice(2);
const asked = args.filter((arg) => known.includes(arg));
const compressions = asked.length > 0 ? asked : known;
const trees = args.filter((arg) => !known.includes(arg));
for (const { name, root } of makeTrees(folder, repository, trees)) {
  const md5sums = describeTree(root);
  execFileSync('sh', md5sums);
  const sums = Array.from({ length: turns('none') }, () => measure('sh', md5sums));
  for (const compression of compressions) {
    const ours = join(folder, 'ours.deb');
    const theirs = join(folder, 'theirs.deb');
    const mkdeb = [];
    const dpkg = [];
    for (let turn = 0; turn < turns(compression); turn++) {
      mkdeb.push(measure('node', [join(repository, 'bench/build-one.mjs'), root, ours, compression]));
      dpkg.push(measure('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '-b', root, theirs]));
    }
    const wall = least(mkdeb, 'wall');
    const size = statSync(ours).size / statSync(theirs).size;
    rows.push({
      tree: name,
      compression,
      'wall s': `${wall.toFixed(2)} / ${least(dpkg, 'wall').toFixed(2)}`,
      'wall ratio': (wall / least(dpkg, 'wall')).toFixed(2),
      'with md5sums': (wall / (least(dpkg, 'wall') + least(sums, 'wall'))).toFixed(2),
      'cpu s': `${least(mkdeb, 'cpu').toFixed(2)} / ${least(dpkg, 'cpu').toFixed(2)}`,
      'peak MB': `${least(mkdeb, 'memory').toFixed(0)} / ${least(dpkg, 'memory').toFixed(0)}`,
      'size MB': `${(statSync(ours).size / 1e6).toFixed(2)} / ${(statSync(theirs).size / 1e6).toFixed(2)}`,
      'size ratio': size.toFixed(3),
    });
    console.log(Object.values(rows.at(-1)).join('  '));
  }
}
console.log('\nmkdeb / dpkg-deb');
console.table(rows);
