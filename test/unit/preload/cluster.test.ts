import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, firstAnswer, keptConnection, type LaunchedApp, launch, said } from './launched-app.ts';

const server = `require('http').createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('slow'), 1500);
  response.end(String(process.pid));
})`;

/** Two workers; one that exits is replaced, as most such apps do it. */
const clustered = (worker: string, primary = '') => ({
  'app.cjs': `
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      cluster.fork();
      cluster.fork();
      cluster.on('exit', (worker, status, signal) => {
        console.log('exit', status, signal);
        cluster.fork();
      });
      cluster.on('message', (worker, message) => console.log('message', message));
      ${primary}
    } else {
      ${worker}
    }`,
});
const listening = `${server}.listen(process.env.PORT, () => console.log('worker listens'));`;

async function bothListen(app: LaunchedApp): Promise<void> {
  for (let tries = 200; tries > 0; tries--) {
    if ((app.output().match(/worker listens/g)?.length ?? 0) >= 2) return;
    await sleep(25);
  }
  throw new Error(`the workers did not listen: ${app.output()}`);
}

async function answering(app: LaunchedApp): Promise<Set<string>> {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(app.port)));
  return new Set(answers.map(({ body }) => body));
}

test.each([
  ['its port', listening],
  [
    'a socket of its own',
    listening.replace('process.env.PORT', '{ port: process.env.PORT, exclusive: true }'),
  ],
  ['descriptor 3', listening.replace('process.env.PORT', '{ fd: Number(process.env.LISTEN_FDS) + 2 }')],
])('the workers of a cluster that ask for %s share the socket that was given', async (_, worker) => {
  const app = await launch({ files: clustered(worker) });
  await bothListen(app);
  expect((await answering(app)).size).toBe(2);
  app.process.kill('SIGTERM');
  expect(await app.exit).toBe(0);
});

test('also as ES modules', async () => {
  const app = await launch({
    files: {
      'app.mjs': `import cluster from 'node:cluster';
        import { createServer } from 'node:http';
        if (cluster.isPrimary) { cluster.fork(); cluster.fork({ NODE_OPTIONS: '--max-old-space-size=100' }); }
        else createServer((q, s) => s.end(String(process.pid))).listen(Number(process.env.PORT), '0.0.0.0', () => console.log('worker listens'));`,
    },
  });
  await bothListen(app);
  expect((await answering(app)).size).toBe(2);
  app.process.kill('SIGTERM');
  expect(await app.exit).toBe(0);
});

test('on SIGTERM each worker finishes what it has, and the primary ends last, starting no new one', async () => {
  const app = await launch({ files: clustered(listening) });
  await bothListen(app);
  const kept = [keptConnection(), keptConnection()];
  for (const agent of kept) expect((await ask(app.port, '/', agent)).headers.connection).toBe('keep-alive');
  const slow = [ask(app.port, '/slow'), ask(app.port, '/slow'), ask(app.port, '/slow')];
  await sleep(300);
  app.process.kill('SIGTERM');
  await sleep(300);
  for (const agent of kept) expect((await ask(app.port, '/', agent)).headers.connection).toBe('close');
  // A new connection while the workers still have something to do.
  expect((await ask(app.port, '/')).status).toBe(200);
  for (const answer of slow) expect((await answer).body).toBe('slow');
  expect(await app.exit).toBe(0);
  expect(app.output()).not.toContain('exit');
  expect(app.output()).not.toContain('message');
});

test('as systemd does it: everybody gets SIGTERM at once', async () => {
  const app = await launch({ files: clustered(listening) });
  await bothListen(app);
  const workers = [...(await answering(app))].map(Number);
  const slow = ask(app.port, '/slow');
  await sleep(300);
  for (const process of [...workers, app.process.pid as number]) globalThis.process.kill(process, 'SIGTERM');
  expect((await slow).body).toBe('slow');
  expect(await app.exit).toBe(0);
  expect(app.output()).not.toContain('exit');
});

test('the workers’ own handlers run, then the primary’s', async () => {
  const handler = (who: string) => `process.on('SIGTERM', () => { console.log('${who} handler'); `;
  const app = await launch({
    files: clustered(
      `${listening} ${handler('worker')} process.exit(0) });`,
      `${handler('primary')} setTimeout(() => process.exit(5), 500) });`,
    ),
  });
  await bothListen(app);
  const slow = ask(app.port, '/slow');
  await sleep(300);
  app.process.kill('SIGTERM');
  await sleep(500);
  expect(app.output()).not.toContain('handler');
  expect((await slow).body).toBe('slow');
  expect(await app.exit).toBe(5);
  expect(app.output().match(/worker handler/g)).toHaveLength(2);
  expect(app.output().match(/primary handler/g)).toHaveLength(1);
});

test('a worker that is stopped alone finishes what it has, and is replaced', async () => {
  const app = await launch({ files: clustered(listening) });
  await bothListen(app);
  const [worker] = [...(await answering(app))].map(Number);
  process.kill(worker as number, 'SIGTERM');
  await said(app, 'exit 0');
  expect((await answering(app)).has(String(worker))).toBe(false);
  expect(app.process.exitCode).toBeNull();
});

test('when all workers have died, clients wait for the next ones', async () => {
  const app = await launch({ files: clustered(listening) });
  await bothListen(app);
  for (const worker of await answering(app)) process.kill(Number(worker), 'SIGKILL');
  expect(await firstAnswer(app)).toMatch(/^\d+$/);
  expect(app.output().match(/exit null SIGKILL/g)).toHaveLength(2);
  expect(app.output()).not.toContain('EADDRINUSE');
});
