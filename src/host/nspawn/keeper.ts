import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { script } from './scripts.ts';

/** How long the keeper may take to clean up before it is killed; it is done in well under a second. */
const endTimeout = 20_000;

/**
 * The process behind a host, `templates/test-host/keeper.sh`. It owns everything that a host needs and removes all of
 * it when its input ends, so also when this process is killed.
 */
export class Keeper {
  /** Also the way into the network namespace that load comes from: /proc/<pid>/ns/net. */
  readonly pid: number;
  /** The host's cgroup, as a path from the root of the cgroup2 hierarchy. */
  readonly cgroup: string;
  readonly #process: ChildProcess;
  readonly #answers: Answers;
  readonly #console: string;

  private constructor(process: ChildProcess, answers: Answers, cgroup: string, console: string) {
    this.pid = process.pid as number;
    this.cgroup = cgroup;
    this.#process = process;
    this.#answers = answers;
    this.#console = console;
  }

  static async start(
    hosts: string,
    root: string,
    name: string,
    allowedSystemCalls: readonly string[],
  ): Promise<Keeper> {
    const [command, ...args] = [
      ...scope(name),
      ...[
        'unshare',
        '--mount',
        '--net',
        script('keeper.sh'),
        hosts,
        root,
        name,
        allowedSystemCalls.join(' '),
      ],
    ] as [string, ...string[]];
    // A session of its own: signals of a terminal go to this process, and from it the keeper learns of its end.
    const process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const answers = new Answers(process);
    try {
      return new Keeper(
        process,
        answers,
        await answers.next('ready', 10_000),
        join(hosts, name, 'console.log'),
      );
    } catch (error) {
      await end(process);
      throw error;
    }
  }

  /** Switches the machine on. The pid is that of its outermost process. */
  async boot(): Promise<number> {
    this.#process.stdin?.write('boot\n');
    return Number(await this.#answers.next('on', 10_000));
  }

  cut(): void {
    this.#process.stdin?.write('cut\n');
  }

  /** Has the machine gone off, and has nobody asked with `off` yet? */
  wentOff(): boolean {
    return this.#answers.waiting('off');
  }

  /** Resolves when the machine is off and none of its processes is left; `timeout` in ms. */
  async off(timeout: number): Promise<void> {
    await this.#answers.next('off', timeout);
  }

  /** The end of what the machine has written on its console, for error messages. */
  async console(): Promise<string> {
    return (
      (await readFile(this.#console, 'utf8').catch(() => '')).slice(-4000).trim() || 'nothing on its console'
    );
  }

  async end(): Promise<void> {
    await end(this.#process);
  }
}

/** Where systemd owns the cgroups, it is asked for a part of them (systemd.resource-control(5), Delegate=). */
function scope(name: string): string[] {
  if (!existsSync('/run/systemd/system')) return [];
  return [
    'systemd-run',
    '--scope',
    '--quiet',
    '--collect',
    '--property=Delegate=yes',
    `--unit=${name}`,
    '--',
  ];
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null || process.pid === undefined) return;
  const exited = once(process, 'exit');
  process.stdin?.end();
  const killer = setTimeout(() => process.kill('SIGKILL'), endTimeout);
  await exited;
  clearTimeout(killer);
}

/** The lines that a keeper writes, each asked for by its first word, in the order of asking. */
class Answers {
  readonly #lines: string[] = [];
  #stderr = '';
  #ended: Error | null = null;
  #wake: () => void = () => {};

  constructor(process: ChildProcess) {
    process.on('error', (error) => this.#end(error));
    process.on('close', () =>
      this.#end(new Error(`the test host's keeper ended: ${this.#stderr.trim() || 'no reason given'}`)),
    );
    // It ends without having read all that it was told: its end is reported above.
    process.stdin?.on('error', () => {});
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    if (process.stdout) {
      createInterface({ input: process.stdout }).on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    }
  }

  async next(word: string, timeout: number): Promise<string> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) {
        const [first, rest = ''] = line.split(/ (.*)/);
        if (first === word) return rest;
        throw new Error(`the test host's keeper said "${line}" where "${word}" was expected`);
      }
      if (this.#ended) throw this.#ended;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`the test host's keeper did not say "${word}" within ${timeout} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Has the keeper ended, or is the next line one that begins with `word`? */
  waiting(word: string): boolean {
    return this.#lines[0]?.startsWith(`${word} `) ?? this.#ended !== null;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#wake();
  }
}
