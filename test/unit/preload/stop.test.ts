import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, dial, firstAnswer, keptConnection, launch, said } from './launched-app.ts';

/** /slow answers a second late, /stream goes on for two; anything else at once. An upgraded connection echoes. */
const handler = `(request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('slow'), 1000);
  if (request.url === '/stubborn') return response.writeHead(200, { Connection: 'keep-alive' }).end('stubborn');
  if (request.url === '/flat') return response.writeHead(200, 'Fine', ['X-A', 'b', 'connection', 'keep-alive']).end('flat');
  if (request.url === '/stream') {
    response.write('begun,');
    return setTimeout(() => response.end('done'), 2000);
  }
  response.end('hello');
}`;
const app = `
  const server = require('http').createServer(${handler});
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n');
    socket.pipe(socket);
  });
  server.keepAliveTimeout = 60000;
  server.listen(process.env.PORT);
`;
const started = async (more = '', options = {}) => {
  const launched = await launch({ files: { 'app.cjs': app + more }, ...options });
  await firstAnswer(launched);
  return launched;
};
const seconds = (since: number) => (performance.now() - since) / 1000;

describe('on SIGTERM', () => {
  test.each(['/', '/stubborn', '/flat'])(
    'a kept connection is told that its answer to %s is the last',
    async (path) => {
      const running = await started();
      const kept = keptConnection();
      expect((await ask(running.port, path, kept)).headers.connection).toBe('keep-alive');
      running.process.kill('SIGTERM');
      await sleep(500);
      expect(await ask(running.port, path, kept)).toMatchObject({
        status: 200,
        headers: { connection: 'close' },
      });
      expect(await running.exit).toBe(0);
    },
  );

  test('so is one whose request runs already', async () => {
    const running = await started();
    const slow = ask(running.port, '/slow', keptConnection());
    await sleep(300);
    running.process.kill('SIGTERM');
    expect(await slow).toMatchObject({ body: 'slow', headers: { connection: 'close' } });
    expect(await running.exit).toBe(0);
  });

  test('an app with nothing to do ends at once', async () => {
    const running = await started();
    const began = performance.now();
    running.process.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    expect(seconds(began)).toBeLessThan(1);
  });

  test('an idle connection is closed only when its client had seconds to ask again', async () => {
    const running = await started();
    const idle = await dial(running.port);
    idle.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle.socket, 'data');
    const silent = await dial(running.port);
    const began = performance.now();
    running.process.kill('SIGTERM');
    await Promise.all([once(idle.socket, 'close'), once(silent.socket, 'close')]);
    expect(seconds(began)).toBeGreaterThan(4.5);
    expect(await running.exit).toBe(0);
    expect(seconds(began)).toBeLessThan(8);
  });

  test('an answer that had begun arrives whole, and its connection is good for one more request', async () => {
    const running = await started();
    const kept = keptConnection();
    const stream = ask(running.port, '/stream', kept);
    await sleep(300);
    running.process.kill('SIGTERM');
    expect(await stream).toMatchObject({ body: 'begun,done', headers: { connection: 'keep-alive' } });
    await sleep(4000);
    expect((await ask(running.port, '/', kept)).headers.connection).toBe('close');
    expect(await running.exit).toBe(0);
  });

  test('an upgraded connection goes on until its client ends it', async () => {
    const running = await started();
    const { socket, received } = await dial(running.port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await once(socket, 'data');
    expect(received()).toContain('101 Switching Protocols');
    running.process.kill('SIGTERM');
    await sleep(7000);
    socket.write('still there?');
    await once(socket, 'data');
    expect(received()).toContain('still there?');
    expect(running.process.exitCode).toBeNull();
    socket.end();
    expect(await running.exit).toBe(0);
  });

  test('a new connection is still taken where the kernel sends one', async () => {
    const running = await started();
    const slow = ask(running.port, '/slow');
    await sleep(200);
    running.process.kill('SIGTERM');
    await sleep(200);
    expect((await ask(running.port, '/')).body).toBe('hello');
    expect((await slow).body).toBe('slow');
    expect(await running.exit).toBe(0);
  });

  test('the app’s own handler runs, after everything else', async () => {
    const running = await started(`
      process.on('SIGTERM', (name, number) => {
        console.log('own handler', name, number);
        server.close(() => process.exit(7));
      });`);
    const slow = ask(running.port, '/slow');
    await sleep(300);
    running.process.kill('SIGTERM');
    await sleep(200);
    expect(running.output()).toBe('');
    expect((await slow).body).toBe('slow');
    expect(await running.exit).toBe(7);
    expect(running.output()).toContain('own handler SIGTERM 15');
  });

  test('a handler that ends the process by the signal itself can', async () => {
    const running = await started(`process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM'));`);
    running.process.kill('SIGTERM');
    await running.exit;
    expect(running.process.signalCode).toBe('SIGTERM');
  });

  test('the app’s own handler still gets its turn before SIGKILL where something goes on for long', async () => {
    const running = await started(
      `process.on('SIGTERM', () => { console.log('farewell'); process.exit(0) });`,
      {
        stopMs: 4000,
      },
    );
    const { socket } = await dial(running.port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await once(socket, 'data');
    const began = performance.now();
    running.process.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    expect(running.output()).toContain('farewell');
    expect(seconds(began)).toBeGreaterThan(2.5);
    expect(seconds(began)).toBeLessThan(3.9);
  });

  test('a connection to a server on another port is not waited for', async () => {
    const running = await started(
      `require('net').createServer((s) => s.write('x')).listen(0, function () { console.log('at', this.address().port) });`,
    );
    await said(running, 'at ');
    const other = await dial(Number(/at (\d+)/.exec(running.output())?.[1]));
    const began = performance.now();
    running.process.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    expect(seconds(began)).toBeLessThan(1);
    other.socket.destroy();
  });
});

test('HTTPS is told the same, and its running requests finish', async () => {
  const { cert, key } = selfSigned();
  const running = await launch({
    files: {
      'app.cjs': `require('https').createServer({ cert: ${JSON.stringify(cert)}, key: ${JSON.stringify(key)} }, ${handler})
        .listen(process.env.PORT, () => console.log('up'))`,
    },
  });
  await said(running, 'up');
  const { Agent, get } = await import('node:https');
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  onTestFinished(() => agent.destroy());
  const asked = (path: string) =>
    new Promise<string | undefined>((resolve, reject) =>
      get({ host: '127.0.0.1', port: running.port, path, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.headers.connection));
      }).on('error', reject),
    );
  expect(await asked('/')).toBe('keep-alive');
  const slow = asked('/slow');
  await sleep(300);
  running.process.kill('SIGTERM');
  expect(await slow).toBe('close');
  expect(await running.exit).toBe(0);
});

test('HTTP/2 sessions finish what they have and get a GOAWAY', async () => {
  const running = await launch({
    files: {
      'app.cjs': `require('http2').createServer((q, s) => setTimeout(() => s.end('h2'), q.url === '/slow' ? 1000 : 0))
        .listen(process.env.PORT, () => console.log('up'))`,
    },
  });
  await said(running, 'up');
  const { connect } = await import('node:http2');
  const session = connect(`http://127.0.0.1:${running.port}`);
  onTestFinished(() => session.destroy());
  const asked = async (path: string) => {
    let body = '';
    const stream = session.request({ ':path': path }).setEncoding('utf8');
    for await (const piece of stream) body += piece;
    return body;
  };
  expect(await asked('/')).toBe('h2');
  const slow = asked('/slow');
  const farewell = once(session, 'goaway');
  await sleep(300);
  running.process.kill('SIGTERM');
  await farewell;
  expect(await slow).toBe('h2');
  expect(await running.exit).toBe(0);
});

/** A certificate for this test alone. */
function selfSigned(): { cert: string; key: string } {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-tls-'));
  const at = (file: string) => join(dir, file);
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  execFileSync('openssl', [...words.split(' '), '-keyout', at('key'), '-out', at('cert')], {
    stdio: 'ignore',
  });
  const made = { cert: readFileSync(at('cert'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  rmSync(dir, { recursive: true });
  return made;
}
