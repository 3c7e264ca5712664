import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, dial, firstAnswer, type LaunchedApp, launch, said } from './launched-app.ts';

const app = `
  const server = require('http').createServer((request, response) => {
    if (request.url === '/slow') return setTimeout(() => response.end('slow'), 1000);
    response.end('hello from ' + process.pid);
  });
  server.listen(process.env.PORT, () => console.log('listens on', server.address().port));`;
const clustered = `
  const cluster = require('node:cluster');
  if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else { ${app} }`;

/** As in the handoff `socket`: the app is asked on its health socket while clients wait in the queue. */
const shut = (code: string) => launch({ files: { 'app.cjs': code }, socket: true });

async function isHealthy(running: LaunchedApp): Promise<void> {
  await said(running, `listens on ${running.port}`);
  expect((await ask(running.health)).body).toMatch(/^hello from \d+$/);
}

test.each([
  ['an app', app],
  ['a cluster', clustered],
])('%s answers its health check, and no client before it is opened', async (_, code) => {
  const running = await shut(code);
  await isHealthy(running);
  let answered = false;
  const client = ask(running.port).finally(() => {
    answered = true;
  });
  await sleep(500);
  expect(answered).toBe(false);
  running.open();
  expect((await client).body).toMatch(/^hello/);
  running.process.kill('SIGTERM');
  expect(await running.exit).toBe(0);
});

test('an app that starts when it is open already takes clients at once', async () => {
  const running = await launch({
    files: { 'app.cjs': `require('fs').writeFileSync('run/open', ''); ${app}` },
    socket: true,
  });
  expect(await firstAnswer(running)).toMatch(/^hello/);
});

test('an app that is never opened ends on SIGTERM at once', async () => {
  const running = await shut(app);
  await isHealthy(running);
  running.process.kill('SIGTERM');
  expect(await running.exit).toBe(0);
});

test('the descriptors are as the launcher says also for the app', async () => {
  const running = await shut(`console.log(process.env.LISTEN_FDS, process.env.LISTEN_FDNAMES); ${app}`);
  await said(running, '2 listen:health');
  await isHealthy(running);
});

test.each([
  ['an app', app],
  ['a cluster', clustered],
])('on SIGTERM %s leaves the queue to the next one, and finishes what it has', async (_, code) => {
  const running = await shut(code);
  running.open();
  await firstAnswer(running);
  const slow = ask(running.port, '/slow');
  await sleep(300);
  running.process.kill('SIGTERM');
  await sleep(300);
  // Nobody else has the socket here, so it is closed.
  await expect(ask(running.port)).rejects.toThrow('ECONNREFUSED');
  expect((await slow).body).toBe('slow');
  expect(await running.exit).toBe(0);
});

test('a client that said nothing yet is waited for', async () => {
  const running = await shut(app);
  running.open();
  await firstAnswer(running);
  const { socket, received } = await dial(running.port);
  await sleep(200);
  running.process.kill('SIGTERM');
  await sleep(1000);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await running.exit).toBe(0);
  expect(received()).toMatch(/Connection: close\r\n.*hello from/s);
});
