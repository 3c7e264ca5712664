import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellWord } from '../../render/quote/shell.ts';
import { called, type SshTarget } from './ssh-target.ts';

/** In ms. */
const connectTimeout = 15_000;
const endTimeout = 5_000;

/** Nothing is asked, nothing is forwarded, and nobody waits for a machine that is not there. */
const settings = [
  ...['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=10', 'ServerAliveCountMax=6'],
  ...['ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes', 'PermitLocalCommand=no'],
  ...['RequestTTY=no', 'RemoteCommand=none', 'ControlPersist=no', 'LogLevel=ERROR'],
];

/** No session with the machine can be had: it is not there, or lets nobody in. */
export class NoConnection extends Error {
  override name = 'NoConnection';
}

/**
 * One connection of the OpenSSH client, over which any number of commands run (ControlMaster in ssh_config(5)). It ends
 * with this process, whatever becomes of it: what holds it open is a `cat` there that reads from here.
 */
export class SshConnection {
  readonly #target: SshTarget;
  readonly #config: string | null;
  readonly #directory: string;
  readonly #master: ChildProcess;
  #ended = false;

  private constructor(target: SshTarget, config: string | null, directory: string) {
    this.#target = target;
    this.#config = config;
    this.#directory = directory;
    const args = [...this.#options('ControlMaster=yes'), called(target), 'cat'];
    // A session of its own: an interrupt on the terminal is for this process, which may still have to tidy up there.
    this.#master = spawn('ssh', args, { stdio: 'pipe', detached: true });
    this.#master.stdin?.on('error', () => {});
    this.#master.once('close', () => this.#over()).once('error', () => this.#over());
  }

  /** `config`: a file instead of the user's ~/.ssh/config; null: that. Rejects with NoConnection, in ssh's own words. */
  static async open(target: SshTarget, config: string | null): Promise<SshConnection> {
    const connection = new SshConnection(target, config, await mkdtemp(join(tmpdir(), 'mkdeb-ssh-')));
    try {
      await connection.#answers();
      return connection;
    } catch (error) {
      await connection.end();
      throw error;
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The argv that runs `argv` there, as the user that logs in. */
  argv(argv: readonly string[]): [string, ...string[]] {
    const command = argv.map(shellWord).join(' ');
    return ['ssh', ...this.#options('ControlMaster=no'), called(this.#target), command];
  }

  async end(): Promise<void> {
    if (!this.#ended) {
      const closed = once(this.#master, 'close');
      this.#master.stdin?.end();
      // A session that hangs holds it.
      const killer = setTimeout(() => this.#master.kill(), endTimeout);
      await closed;
      clearTimeout(killer);
    }
  }

  #options(role: string): string[] {
    const { port } = this.#target;
    return [
      ...(this.#config === null ? [] : ['-F', this.#config]),
      ...(port === null ? [] : ['-p', String(port)]),
      ...[...settings, role, `ControlPath=${join(this.#directory, 'control')}`].flatMap((set) => ['-o', set]),
    ];
  }

  /** What is written comes back. */
  async #answers(): Promise<void> {
    const { stdin, stdout, stderr } = this.#master;
    let said = '';
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    stdin?.write('here\n');
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new NoConnection(said.trim().split('\n').at(-1)?.trim() || why));
      const timer = setTimeout(() => fail(`no answer within ${connectTimeout / 1000} s`), connectTimeout);
      stdout?.once('data', () => resolve());
      this.#master.once('error', (error: NodeJS.ErrnoException) =>
        fail(error.code === 'ENOENT' ? 'there is no ssh here; apt install openssh-client' : error.message),
      );
      this.#master.once('close', () => fail('it ended at once'));
      this.#master.once('close', () => clearTimeout(timer));
      stdout?.once('data', () => clearTimeout(timer));
    });
  }

  #over(): void {
    this.#ended = true;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
