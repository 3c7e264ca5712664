import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { aptInstall, handoffStatus, pause, settled } from './app-on-host.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Answers with its version, and sends back what comes on a WebSocket's connection. */
const server = `const http = require('node:http');
const { version } = require('./package.json');
http.createServer((req, res) => res.end(version)).on('upgrade', (req, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n' + version);
  socket.on('error', () => {}).pipe(socket);
}).listen(8080);
`;

/** client.cjs EVERY_MS: opens one, says something that often (0: never), and prints at its end how long it lived, in ms. */
const client = `const began = performance.now();
const every = Number(process.argv[2]);
const socket = require('node:net').connect(8080, '127.0.0.1');
socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
let heard = '';
socket.on('data', (data) => { heard += data; }).on('error', () => {});
if (every > 0) setInterval(() => socket.write('.'), every).unref();
socket.on('close', () => console.log(JSON.stringify({ lived: performance.now() - began, heard })));
`;

interface Lived {
  /** In ms. */
  lived: number;
  heard: string;
}

describe('a drain that takes longer than apt waits', () => {
  /** As for WebSockets of an hour (limit: 1h, stop: 1h), scaled down. */
  const limit = 6000;
  /** What a slow machine takes longer (ms); far less than a limit that is not kept. */
  const patience = 20_000;
  const drain = { wait: '0s', limit: '6s', stop: '6s', idle: '500ms' };
  let host: TestHost;
  let dir: string;
  const build = async (version: string, given: object = drain, keep = 3) => {
    await writeFile(join(dir, 'package.json'), JSON.stringify({ name: 'chat', version, ...about }));
    const service = {
      port: 8080,
      exec: 'node server.cjs',
      health: { path: '/', interval: '100ms' },
      drain: given,
      keep,
    };
    // YAML holds JSON.
    await writeFile(join(dir, 'mkdeb.yaml'), JSON.stringify({ service }));
    const { stdout } = await execa('node', [
      cli,
      'build',
      dir,
      '-o',
      `${dir}-out/`,
      '--compress',
      'gzip',
      '--json',
    ]);
    return (JSON.parse(stdout) as { path: string }).path;
  };
  const about = { description: 'a chat', author: 'Chat Team <chat@example.org>', license: 'MIT' };
  const webSocket = (every: number) =>
    host.run(['node', '/root/client.cjs', String(every)]).then(({ stdout }) => JSON.parse(stdout) as Lived);
  const instance = async (id: string) =>
    (await handoffStatus(host, 'chat')).releases.find((release) => release.id === id)?.instance;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mkdeb-test-'));
    await writeFile(join(dir, 'server.cjs'), server);
    host = await createTestHost({ debian: 12 });
    await host.run(['sh', '-ec', 'cat >/root/client.cjs'], { input: client });
    await aptInstall(host, await build('1.0.0'));
  });
  afterAll(async () => {
    await host?.dispose();
    await rm(dir, { recursive: true, force: true });
    await rm(`${dir}-out`, { recursive: true, force: true });
  });

  it('goes on detached: WebSockets live as long as the limits say, and no longer', async () => {
    const deb = await build('1.1.0');
    const opened = performance.now();
    const quiet = webSocket(0);
    const busy = webSocket(200);
    await pause(1000);
    const { stdout } = await aptInstall(host, deb);
    const returned = performance.now() - opened;
    expect(stdout).toContain('that goes on in the background');
    expect(await instance('1.0.0')).toBe('draining');

    // The busy one until the drain limit; from then on both until the one from SIGTERM to SIGKILL.
    const [a, b] = await Promise.all([quiet, busy]);
    for (const { lived, heard } of [a, b]) {
      expect(heard).toMatch(/^HTTP\/1\.1 101 [\s\S]*1\.0\.0\.*$/);
      expect(lived).toBeGreaterThan(1000 + 2 * limit);
      expect(lived).toBeLessThan(returned + 2 * limit + patience);
    }
    // Echoed all the time.
    expect((b.heard.match(/\.(?=\.*$)/g) ?? []).length).toBeGreaterThan((2 * limit) / 200 / 2);
    await settled(host, 'chat');
    const journal = await host.run(['journalctl', '-u', 'chat', '-o', 'cat', '--no-pager']);
    expect(journal.stdout).toContain('1 connection still with work in flight at the limit of 6 s');
  });

  it('of a WebSocket that is quiet has the time from SIGTERM to SIGKILL', async () => {
    const quiet = webSocket(0);
    await pause(1000);
    const began = performance.now();
    await aptInstall(host, await build('1.2.0', { limit: '1h', stop: '1h' }));
    const returned = performance.now() - began;
    const { lived } = await quiet;
    expect(lived).toBeGreaterThan(limit);
    expect(lived).toBeLessThan(1000 + returned + limit + patience);
    await settled(host, 'chat');
  });

  it('may take an hour, and systemd gives the app an hour', async () => {
    const unit = 'chat@1.2.0.service';
    const { stdout } = await host.run(['systemctl', 'show', '--property=TimeoutStopUSec', '--value', unit]);
    expect(stdout.trim()).toBe('1h');
    const settings = await host.run(['cat', '/usr/lib/chat/releases/current/.mkdeb/settings']);
    expect(settings.stdout).toMatch(/^DRAIN_LIMIT_MS='?3600000'?$/m);
    expect(settings.stdout).toMatch(/^STOP_MS='?3600000'?$/m);
  });

  it('that the power is cut in leaves no more releases than are kept', async () => {
    const quiet = webSocket(0).catch(() => undefined);
    await pause(500);
    await aptInstall(host, await build('1.3.0', drain, 0));
    const ids = async () => (await handoffStatus(host, 'chat')).releases.map(({ id }) => id);
    expect(await ids()).toEqual(['1.3.0', '1.2.0', '1.1.0', '1.0.0']);
    await host.cutPower();
    await quiet;
    await host.boot();
    expect(await ids()).toEqual(['1.3.0', '1.2.0']);
  });
});
