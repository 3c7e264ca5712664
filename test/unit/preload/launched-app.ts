/** Apps started as a package's unit starts them: by the launcher, with a listening socket, the preload and a release. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface LaunchOptions {
  /** The app's files; the first one is started. `PORT` is in its environment. */
  files: Record<string, string>;
  /** Where the launcher listens; by default `*:PORT`. */
  addresses?: (port: number) => string[];
  preload?: boolean;
  /** Shares a queue: the app gets a health socket, and may accept when `open` exists. */
  socket?: boolean;
  stopMs?: number;
  environment?: Record<string, string>;
  /** By default `node FILE`. */
  command?: (file: string) => string[];
}

export interface LaunchedApp {
  port: number;
  process: ChildProcess;
  dir: string;
  /** What it has said. */
  output(): string;
  /** `open` of the handoff `socket`. */
  open(): void;
  health: string;
  /** Its exit status. */
  exit: Promise<number | null>;
}

/** Starts an app; it ends with the test. */
export async function launch(options: LaunchOptions): Promise<LaunchedApp> {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-preload-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const { socket = false, preload = true, stopMs } = options;
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [file, text] of Object.entries(options.files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }

  const port = await freePort();
  const run = join(dir, 'run');
  mkdirSync(run);
  const file = Object.keys(options.files)[0] as string;
  const command = options.command?.(file) ?? [process.execPath, file];
  const launcher = launcherIn(dir, options.addresses?.(port) ?? [`*:${port}`], {
    preload,
    ...(socket ? { health: join(run, 'health') } : {}),
    ...(stopMs === undefined ? {} : { stopMs }),
  });
  const child = spawn('perl', [...launcher, ...command], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      ...(socket ? { RUNTIME_DIRECTORY: run } : {}),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  return {
    port,
    process: child,
    dir,
    output: () => output,
    open: () => writeFileSync(join(run, 'open'), ''),
    health: join(run, 'health'),
    exit: once(child, 'close').then(([status]) => status as number | null),
  };
}

/** Makes `dir` a release for the preload; the launcher's arguments, up to the command. */
export function launcherIn(
  dir: string,
  addresses: readonly string[],
  options: { preload?: boolean; health?: string; stopMs?: number } = {},
): string[] {
  const { preload = true, health, stopMs = 30_000 } = options;
  const own = join(dir, '.mkdeb');
  cpSync(join(root, 'templates/node'), join(own, 'node'), { recursive: true });
  const handoff = health === undefined ? 'reuseport' : 'socket';
  writeFileSync(join(own, 'settings'), `HANDOFF='${handoff}'\nSTOP_MS='${stopMs}'\n`);
  return [
    join(root, 'templates/runtime/launch'),
    ...(health === undefined ? [] : ['--health', health]),
    ...(preload ? ['--preload', join(own, 'node/preload.cjs')] : []),
    '1',
    ...addresses,
    '--',
  ];
}

/** Waits until the app has said `text`. */
export async function said(app: LaunchedApp, text: string): Promise<void> {
  for (let tries = 200; tries > 0; tries--) {
    if (app.output().includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it never said ${text}: ${app.output()}`);
}

/** A port that nobody has, and that a moment later still nobody should have. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An agent with one kept connection. */
export function keptConnection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Asks the app on a port or a Unix socket. */
export function ask(where: number | string, path = '/', agent: Agent | false = false): Promise<Answer> {
  const target = typeof where === 'number' ? { host: '127.0.0.1', port: where } : { socketPath: where };
  return new Promise((resolve, reject) => {
    const asked = request({ ...target, path, agent, timeout: 8000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        body += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${where}`)));
    asked.end();
  });
}

/** The body of the first answer, once there is one. */
export async function firstAnswer(app: LaunchedApp, path = '/'): Promise<string> {
  for (let tries = 200; tries > 0; tries--) {
    // The launcher listens before the app does.
    const answer = await Promise.race([ask(app.port, path).catch(() => null), app.exit.then(() => null)]);
    if (answer !== null) return answer.body;
    if (app.process.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answered: ${app.output()}`);
}

/** A connection on which text is written and read by hand. */
export async function dial(port: number): Promise<{ socket: Socket; received(): string }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, received: () => received };
}
