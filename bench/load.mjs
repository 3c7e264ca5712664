// node bench/load.mjs [ROUNDS [SECONDS]]: the load generator beside wrk (Debian's package `wrk`), each on the same server,
// turn by turn. Both keep twenty connections and ask again as soon as they are answered. wrk looks at the status; the
// generator reads each answer whole, checks status and version, and keeps its latency. The servers are a bare Node server,
// as fast as one gets, and the Go example. Needs `npm run build` before. Prints medians and ratios.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { here, startLoad } from '../dist/load/start-load.js';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 3);
const connections = 20;
const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mkdeb-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));
if (spawnSync('wrk', ['-v']).error) throw new Error('wrk is missing: apt-get install wrk');

const goProgram = join(folder, 'hello-go');
execFileSync('go', ['build', '-ldflags', '-X main.version=1.0.0', '-o', goProgram, '.'], {
  cwd: join(repository, 'examples/go-app'),
  env: { ...process.env, CGO_ENABLED: '0' },
});
const bareNode = `require('node:http').createServer((request, answer) => {
  answer.setHeader('X-Version', '1.0.0');
  answer.end('hello');
}).listen(process.env.PORT, '127.0.0.1')`;
const servers = {
  'bare Node server': { port: 18081, start: [process.execPath, '-e', bareNode] },
  'Go example': { port: 18082, start: [goProgram] },
};

/** Requests a second. */
async function wrk(port) {
  const url = `http://127.0.0.1:${port}/`;
  // The generator gives itself the same priority.
  const args = [
    '-n',
    '-10',
    'wrk',
    '--threads',
    '2',
    '--connections',
    String(connections),
    '--duration',
    `${seconds}s`,
    url,
  ];
  const output = await new Promise((resolve, reject) => {
    const child = spawn('nice', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject).on('close', () => resolve(text));
  });
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(output);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(output)[1]);
}

async function generator(port) {
  const load = await startLoad(here, {
    address: '127.0.0.1',
    port,
    saturate: { workers: connections, keepAlive: true },
  });
  await sleep(seconds * 1000);
  const report = await load.stop();
  if (report.lost > 0 || report.byVersion['1.0.0']?.ok !== report.sent) throw new Error('not all answered');
  return report.sent / ((report.ended - report.started) / 1000);
}

async function answers(port) {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`nobody answers on port ${port}`);
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
for (const [name, { port, start }] of Object.entries(servers)) {
  const server = spawn(start[0], start.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port) },
  });
  try {
    await answers(port);
    const rates = { wrk: [], generator: [], ratio: [] };
    for (let round = 0; round < rounds; round++) {
      const [theirs, ours] = [await wrk(port), await generator(port)];
      rates.wrk.push(theirs);
      rates.generator.push(ours);
      rates.ratio.push(ours / theirs);
      console.log(
        `${name}, round ${round + 1}: wrk ${Math.round(theirs)}/s, generator ${Math.round(ours)}/s, ratio ${(ours / theirs).toFixed(2)}`,
      );
    }
    console.log(
      `${name}: wrk ${Math.round(median(rates.wrk))}/s, generator ${Math.round(median(rates.generator))}/s (one process), ratio ${median(rates.ratio).toFixed(2)} (${Math.min(...rates.ratio).toFixed(2)} to ${Math.max(...rates.ratio).toFixed(2)})`,
    );
  } finally {
    server.kill();
  }
}
