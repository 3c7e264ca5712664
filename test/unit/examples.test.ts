import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ExampleKind, type ExampleOptions, makeExample } from '../examples.ts';
import { launcherIn } from './preload/launched-app.ts';

describe.each(['node', 'go'] as const)('the %s example', (kind) => {
  test('serves what the tests ask for', async () => {
    const { port } = await started(kind, { version: '1.2.3' });
    const hello = await ask(port, '/');
    expect(JSON.parse(hello.body)).toEqual({ hello: 'world', version: '1.2.3' });
    expect(hello.headers['x-version']).toBe('1.2.3');
    expect((await ask(port, '/health')).status).toBe(200);
    expect((await ask(port, '/nowhere')).status).toBe(404);
    expect((await ask(port, '/file')).body).toBe('hello from 1.2.3\n');
    const download = await ask(port, '/download?seconds=0.5');
    expect(download.headers['content-length']).toBe('5120');
    expect(download.body).toHaveLength(5120);
  });

  test('stops gracefully: says so on kept connections, finishes what runs, exits 0', async () => {
    const { port, app } = await started(kind, { version: '1.0.0' });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => kept.destroy());
    expect((await ask(port, '/', kept)).headers.connection).not.toBe('close');
    const slow = ask(port, '/slow?ms=1500');
    const download = ask(port, '/download?seconds=7');
    await sleep(300);
    const exit = once(app, 'exit');
    app.kill('SIGTERM');
    await sleep(200);
    const told = await ask(port, '/', kept);
    expect(told).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect((await slow).status).toBe(200);
    expect((await download).body).toHaveLength(7 * 10 * 1024);
    expect(await exit).toEqual([0, null]);
  });

  test('can be made wrong on purpose', async () => {
    const broken = await started(kind, { version: '1.0.0', variant: 'answers-500' });
    expect((await ask(broken.port, '/health')).status).toBe(500);
    const exits = await run(kind, { version: '1.0.0', variant: 'exits-at-once' });
    expect(await once(exits.app, 'exit')).toEqual([3, null]);
  });
});

test('the Node example does not reset what a client sent while the machine had no time for it', async () => {
  const { port, app } = await started('node', { version: '1.0.0' });
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => kept.destroy());
  for (let times = 0; times < 3; times++) {
    await ask(port, '/', kept);
    app.kill('SIGSTOP');
    const sent = ask(port, '/', kept);
    // Node's own limit for a connection that rests is 5 s, and one more where it tells the client.
    await sleep(6_500);
    app.kill('SIGCONT');
    expect((await sent).status).toBe(200);
  }
});

interface Running {
  port: number;
  app: ChildProcess;
}

async function run(kind: ExampleKind, options: ExampleOptions): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-example-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  await makeExample(kind, options, dir);
  const port = await freePort();
  const node = options.variant === undefined ? ['server.js'] : ['variant.cjs', options.variant];
  const [program, ...args] =
    kind === 'node' ? ['perl', ...launcherIn(dir, [`*:${port}`]), process.execPath, ...node] : ['./hello-go'];
  const app = spawn(program as string, args, {
    cwd: dir,
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: 'ignore',
  });
  onTestFinished(() => void app.kill('SIGKILL'));
  return { port, app };
}

async function started(kind: ExampleKind, options: ExampleOptions): Promise<Running> {
  const running = await run(kind, options);
  for (let tries = 200; tries > 0; tries--) {
    if (await ask(running.port, '/').catch(() => null)) return running;
    await sleep(50);
  }
  throw new Error(`the ${kind} example did not start`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

function ask(port: number, path: string, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      let body = '';
      answer.setEncoding('latin1');
      answer.on('data', (piece) => {
        body += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
      answer.on('error', reject);
    }).on('error', reject);
  });
}
