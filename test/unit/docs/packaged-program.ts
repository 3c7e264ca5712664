/** Programs of the page, built as it says, packaged, and run as the package's unit runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Program, wholeConfig } from './page.ts';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** Has something done when the test has ended. */
export type Afterwards = (undo: () => void) => void;

export interface Answer {
  status: number | undefined;
  body: string;
  /** Whether the connection stays open after it. */
  kept: boolean;
}

/** The package, unpacked as on a host, with another port than on the page. */
export class PackagedProgram {
  readonly port: number;
  readonly #root: string;
  readonly #unit: readonly string[];
  readonly #afterwards: Afterwards;
  #run = '';

  private constructor(port: number, root: string, afterwards: Afterwards) {
    this.port = port;
    this.#root = root;
    this.#afterwards = afterwards;
    this.#unit = readFileSync(join(root, 'usr/lib/systemd/system/hello@.service'), 'utf8').split('\n');
  }

  static async of(program: Program, afterwards: Afterwards): Promise<PackagedProgram> {
    const { file, text, compile, config } = program;
    const work = mkdtempSync(join(tmpdir(), 'mkdeb-page-'));
    afterwards(() => rmSync(work, { recursive: true, force: true }));
    const port = await freePort();
    const withPort = (content: string) => content.replace(/\b8080\b/g, String(port));
    const app = join(work, 'app');
    mkdirSync(app);
    writeFileSync(join(app, file), withPort(text));
    writeFileSync(join(app, 'mkdeb.yaml'), wholeConfig(withPort(config)));
    if (compile !== null) await execa('sh', ['-ec', compile], { cwd: app });
    const root = join(work, 'root');
    await execa(process.execPath, [cli, 'build', app, '-o', join(work, 'hello.deb')]);
    await execa('dpkg-deb', ['--extract', join(work, 'hello.deb'), root]);
    return new PackagedProgram(port, root, afterwards);
  }

  /** An instance with a listening socket of its own. */
  start(): Instance {
    return this.#start([]);
  }

  /** An instance on a socket that it gets from outside, as from systemd. */
  startOnSocket(): Instance {
    return this.#start([join(this.#release, '.mkdeb/launch'), '1', `*:${this.port}`, '--']);
  }

  /** The first generation of an app that starts its own successors, of a release of this name. */
  startGeneration(release: string): Instance {
    const run = mkdtempSync(join(this.#root, 'run-'));
    this.#run = run;
    mkdirSync(join(this.#root, 'etc/default'), { recursive: true });
    this.makeRelease(release);
    const started = spawn(join(this.#releases, 'successor/.mkdeb/start'), [], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const instance = new Instance(started, run);
    this.#afterwards(() => {
      started.kill('SIGKILL');
      try {
        process.kill(instance.named(), 'SIGKILL');
      } catch {
        // It has ended.
      }
    });
    return instance;
  }

  /** A release of this name, which the next generation is of. */
  makeRelease(release: string): void {
    const made = join(this.#releases, release);
    cpSync(this.#release, made, { recursive: true });
    // Nothing is installed on this machine: its paths are those in the test's folder.
    const start = join(made, '.mkdeb/start');
    const here = readFileSync(start, 'utf8')
      .replace('/usr/lib/$name', join(this.#root, 'usr/lib/hello'))
      .replace('/run/$name-handoff/live', this.#run)
      .replace('/etc/default/$name', join(this.#root, 'etc/default/hello'));
    writeFileSync(start, here);
    rmSync(join(this.#releases, 'successor'), { force: true });
    symlinkSync(release, join(this.#releases, 'successor'));
  }

  /** What `/etc/default/hello` says from now on. */
  environmentFile(text: string): void {
    writeFileSync(join(this.#root, 'etc/default/hello'), text);
  }

  get #releases(): string {
    return join(this.#root, 'usr/lib/hello/releases');
  }

  /** How many sockets listen on the port. */
  listening(): number {
    const port = this.port.toString(16).toUpperCase().padStart(4, '0');
    const listens = new RegExp(`^ *\\d+: [0-9A-F]+:${port} \\S+ 0A `, 'gm');
    return ['tcp', 'tcp6']
      .map((family) => readFileSync(`/proc/net/${family}`, 'utf8').match(listens)?.length ?? 0)
      .reduce((sum, count) => sum + count);
  }

  get #release(): string {
    return join(this.#root, 'usr/lib/hello/dist');
  }

  #start(before: readonly string[]): Instance {
    const run = mkdtempSync(join(this.#root, 'run-'));
    const [command = '', ...args] = [
      ...before,
      ...this.#settings('ExecStart')
        .join(' ')
        .replaceAll('/usr/lib/hello/releases/%i', this.#release)
        .replaceAll('/run/hello-handoff/%i', run)
        .replaceAll('"', '')
        .split(' '),
    ];
    const environment = Object.fromEntries(
      this.#settings('Environment').map((setting) => setting.replaceAll('"', '').split(/=(.*)/s).slice(0, 2)),
    );
    const started = spawn(command, args, {
      cwd: this.#release,
      env: { PATH: process.env['PATH'], ...environment, RUNTIME_DIRECTORY: run },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#afterwards(() => started.kill('SIGKILL'));
    return new Instance(started, run);
  }

  #settings(key: string): string[] {
    return this.#unit.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  }
}

export class Instance {
  /** Of the health check, where the handoff is `socket`. */
  readonly healthSocket: string;
  readonly #process: ChildProcess;
  readonly #run: string;
  readonly #exit: Promise<unknown[]>;
  #said = '';

  constructor(started: ChildProcess, run: string) {
    this.#process = started;
    this.#run = run;
    this.healthSocket = join(run, 'health');
    this.#exit = once(started, 'exit');
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (text) => (this.#said += text));
  }

  /** The process that is the main one now, or will be when the one before ends. */
  named(): number {
    return Number(readFileSync(join(this.#run, 'pid'), 'utf8'));
  }

  /** The name of the release that a process runs in. */
  releaseOf(process: number): string {
    return basename(readlinkSync(`/proc/${process}/cwd`));
  }

  environmentOf(process: number): Record<string, string> {
    const assignments = readFileSync(`/proc/${process}/environ`, 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(assignments.map((one) => one.split(/=(.*)/s).slice(0, 2)));
  }

  /** Lets clients in. */
  open(): void {
    writeFileSync(join(this.#run, 'open'), '');
  }

  terminate(): void {
    this.#process.kill('SIGTERM');
  }

  /** Its exit status. */
  async ended(): Promise<unknown> {
    return (await this.#exit)[0];
  }

  /** Waits until `condition` holds; if it never does, says what the program has said. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 30_000; !(await condition()); await sleep(50)) {
      if (this.#process.exitCode !== null) throw new Error(`it ended before ${what}:\n${this.#said}`);
      if (Date.now() > deadline) throw new Error(`never: ${what}\n${this.#said}`);
    }
  }

  async healthy(at: number | string): Promise<void> {
    await this.until('it is healthy', async () => {
      if (typeof at === 'string' && !existsSync(at)) return false;
      return (await ask(at, '/health').catch(() => null))?.status === 200;
    });
  }
}

/** Asks the port, or the Unix socket, `at`. */
export async function ask(at: number | string, path: string, agent?: Agent): Promise<Answer> {
  const where = typeof at === 'number' ? { host: '127.0.0.1', port: at } : { socketPath: at };
  const request = get({ ...where, path, agent: agent ?? new Agent(), timeout: 20_000 });
  request.on('timeout', () => request.destroy(new Error('no answer within 20 s')));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  const kept = response.httpVersion === '1.1' && response.headers.connection !== 'close';
  return { status: response.statusCode, body, kept };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
