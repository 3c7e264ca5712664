// node bench/start.mjs: how long `mkdeb --version` and `mkdeb --help` take against a bare `node -e 0`, turn by turn.
// Needs `npm run build` before. Prints medians and ratios.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const commands = {
  'node -e 0': ['-e', '0'],
  'mkdeb --version': [cli, '--version'],
  'mkdeb --help': [cli, '--help'],
};
const runs = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let turn = 0; turn < 31; turn++) {
  for (const [name, args] of Object.entries(commands)) {
    const start = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name} exited with ${status}`);
    // The first turn warms the page cache.
    if (turn > 0) runs[name].push(Number(process.hrtime.bigint() - start) / 1e6);
  }
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const bare = median(runs['node -e 0']);
for (const [name, times] of Object.entries(runs)) {
  const time = median(times);
  console.log(
    `${name.padEnd(16)} ${time.toFixed(1).padStart(7)} ms  ${(time / bare).toFixed(2)} times bare node`,
  );
}
