import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { BadInput } from '../../bad-input.ts';
import { copyIn } from '../copy-in.ts';
import type { Host, Outcome, RunOptions } from '../host.ts';
import { asAtLogin } from '../login-environment.ts';
import { runInSession } from '../run-in-session.ts';
import { clockAhead } from './clock-ahead.ts';
import { NoConnection, SshConnection } from './ssh-connection.ts';
import { called, parseSshUrl, type SshTarget } from './ssh-target.ts';

/** Times in ms. A server's firmware may take its time, and so may a filesystem check. */
const rebootTimeout = 600_000;
const runTimeout = 120_000;
const pollInterval = 500;

export interface SshOptions {
  /** A file instead of the user's ~/.ssh/config (`ssh -F`). */
  config?: string;
  /** Where the host is reached besides by ssh; else where ssh connects to. */
  address?: string;
  /** Is the host put back to what it was, whatever is done to it? */
  throwaway?: boolean;
  /** What is done to the host when it is let go of, last of all. */
  putAway?: (host: Host) => Promise<void>;
}

/**
 * Connects to `ssh://[USER@]HOST[:PORT]`, a running machine on which the user is root or may become it by `sudo -n`.
 * Throws BadInput where that does not go without a question. Nothing on the machine is changed.
 */
export async function connectSsh(url: string, options: SshOptions = {}): Promise<SshHost> {
  const target = parseSshUrl(url);
  const config = options.config ?? null;
  const connection = await SshConnection.open(target, config).catch((error: unknown) => {
    if (!(error instanceof NoConnection)) throw error;
    const settings = config === null ? '' : ` -F ${config}`;
    const port = target.port === null ? '' : ` -p ${target.port}`;
    throw new BadInput(
      `${url}: no connection (${error.message}); this has to work: ssh -o BatchMode=yes${settings}${port} ${called(target)} true`,
    );
  });
  try {
    const root = await becomesRoot(connection, url);
    const address = options.address ?? (await addressOf(target, config, url));
    return new SshHost(target, config, connection, root, address, options);
  } catch (error) {
    await connection.end();
    throw error;
  }
}

/** A machine that is reached by the OpenSSH client. */
export class SshHost implements Host {
  readonly name: string;
  readonly address: string;
  readonly otherAddress = null;
  readonly throwaway: boolean;
  readonly #target: SshTarget;
  readonly #config: string | null;
  /** Before each command: what makes it root's. */
  readonly #root: readonly string[];
  #connection: SshConnection;
  #opening: Promise<SshConnection> | null = null;
  readonly #putAway: (host: Host) => Promise<void>;
  #lettingGo: Promise<void> | null = null;
  #disposed = false;

  constructor(
    target: SshTarget,
    config: string | null,
    connection: SshConnection,
    root: readonly string[],
    address: string,
    { throwaway = false, putAway = async () => {} }: SshOptions,
  ) {
    this.name = called(target);
    this.address = address;
    this.throwaway = throwaway;
    this.#putAway = putAway;
    this.#target = target;
    this.#config = config;
    this.#connection = connection;
    this.#root = root;
  }

  /** A connection that was lost is made anew once. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    await this.#connected();
    const { input = '', timeout = runTimeout, check = true, env } = options;
    // What runs there goes on when the client here is ended: `timeout` ends it, with its process group.
    const limited = [
      'timeout',
      '--signal=KILL',
      String(Math.ceil(timeout / 1000) + 1),
      ...asAtLogin(argv, env),
    ];
    const outcome = await runInSession(argv, this.#enter(limited), { input, timeout, check });
    if (outcome.exitCode === 255 && this.#connection.ended)
      throw new Error(`${this.name}: the connection was lost: ${outcome.stderr.trim()}`);
    return outcome;
  }

  async copyIn(local: string, remote: string): Promise<void> {
    await this.#connected();
    await copyIn((argv) => this.#enter(asAtLogin(argv)), local, remote);
  }

  async reboot(): Promise<void> {
    const deadline = Date.now() + rebootTimeout;
    const before = await this.#bootId();
    // The connection may end before the command has.
    await this.run(['systemctl', '--no-wall', 'reboot'], { check: false }).catch(() => {});
    await this.#connection.end();
    for (; Date.now() < deadline; await sleep(pollInterval)) {
      const now = await this.#bootId().catch(() => before);
      if (now === before) {
        // Else the old system would be asked again and again, over the connection that it still has.
        await this.#connection.end();
        continue;
      }
      const { stdout } = await this.run(['systemctl', 'is-system-running', '--wait'], {
        check: false,
        timeout: Math.max(1, deadline - Date.now()),
      });
      if (['running', 'degraded'].includes(stdout.trim())) return;
    }
    throw new Error(`${this.name} has not booted again within ${rebootTimeout / 1000} s`);
  }

  async clockAhead(): Promise<number> {
    await this.#connected();
    return clockAhead((argv) => this.#connection.argv(argv));
  }

  /** Clients are in this machine's own network. */
  fromClient(argv: readonly string[]): string[] {
    return [...argv];
  }

  /** Ends the connection; the machine itself runs on, unless it was said how to put it away. */
  async dispose(): Promise<void> {
    this.#lettingGo ??= this.#letGo();
    await this.#lettingGo;
  }

  async #letGo(): Promise<void> {
    try {
      await this.#putAway(this);
    } finally {
      this.#disposed = true;
      await this.#connection.end();
    }
  }

  #enter(argv: readonly string[]): [string, ...string[]] {
    return this.#connection.argv([...this.#root, ...argv]);
  }

  async #connected(): Promise<void> {
    if (this.#disposed) throw new Error(`${this.name}: not connected any more`);
    if (!this.#connection.ended) return;
    // Whoever comes while it is being made waits for the same one.
    this.#opening ??= SshConnection.open(this.#target, this.#config);
    try {
      this.#connection = await this.#opening;
    } finally {
      this.#opening = null;
    }
  }

  async #bootId(): Promise<string> {
    return (await this.run(['cat', '/proc/sys/kernel/random/boot_id'])).stdout;
  }
}

/** What makes a command root's: nothing where the user is root. */
async function becomesRoot(connection: SshConnection, url: string): Promise<string[]> {
  const ask = (argv: string[]) =>
    runInSession(argv, connection.argv(argv), { input: '', timeout: runTimeout, check: false });
  const { stdout } = await ask(['id', '--user']);
  if (stdout.trim() === '0') return [];
  const { exitCode, stderr } = await ask(['sudo', '-n', 'true']);
  if (exitCode === 0) return ['sudo', '-n', '--'];
  const said = stderr.trim().split('\n')[0] ?? '';
  throw new BadInput(
    `${url}: root is needed there, and the user can’t become it without a password (${said}); log in as root, or allow it with NOPASSWD in sudoers(5)`,
  );
}

/** The address that ssh connects to, as this machine finds it. */
async function addressOf(target: SshTarget, config: string | null, url: string): Promise<string> {
  const args = [...(config === null ? [] : ['-F', config]), '-G', called(target)];
  const { stdout } = await execa('ssh', args);
  const name = /^hostname (.+)$/m.exec(stdout)?.[1] ?? target.host;
  try {
    return (await lookup(name)).address;
  } catch {
    throw new BadInput(
      `${url}: load goes straight from this machine to that one, and "${name}" has no address here`,
    );
  }
}
