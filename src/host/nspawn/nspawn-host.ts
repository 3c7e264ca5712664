import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { cacheDirectory } from '../cache-directory.ts';
import { copyIn, raw } from '../copy-in.ts';
import type { Outcome, RunOptions } from '../host.ts';
import { asAtLogin } from '../login-environment.ts';
import { runInSession } from '../run-in-session.ts';
import type { TestHost, TestHostOptions } from '../test-host.ts';
import { cgroup2Mount } from './cgroup2.ts';
import { containerInit } from './container-init.ts';
import { debianRoot } from './debian-root.ts';
import { Keeper } from './keeper.ts';
import { script } from './scripts.ts';

/** Times in ms. Booting takes about 1 s; a machine busy with other hosts may need many times that. */
const bootTimeout = 90_000;
/** systemd gives a service 90 s to stop before it kills it. */
const offTimeout = 120_000;
const runTimeout = 120_000;
const pollInterval = 20;

/**
 * Boots a fresh host in a systemd-nspawn container over a cached root. Needs root. Ends with it booted, or with an
 * error and nothing left behind.
 */
export async function createNspawnHost(options: TestHostOptions): Promise<TestHost> {
  const cache = cacheDirectory();
  const root = await debianRoot(
    cache,
    options.debian,
    options.packages ?? [],
    options.progress ?? (() => {}),
  );
  const mount = await cgroup2Mount();
  if (mount === null) throw new Error('no cgroup2 hierarchy is mounted: a test host needs one');
  // What root can do on a server and nspawn forbids unless told: a handoff attaches BPF programs and borrows sockets.
  const allowPidfdGetfd = options.allowPidfdGetfd ?? true;
  const allowed = allowPidfdGetfd ? ['bpf', 'pidfd_getfd'] : ['bpf'];
  const name = `mkdeb-${randomBytes(4).toString('hex')}`;
  const keeper = await Keeper.start(join(cache, 'hosts'), root, name, allowed);
  const host = new NspawnHost(name, keeper, mount, allowPidfdGetfd);
  try {
    await host.boot();
    if (options.syncingDpkg) await host.run(['rm', '/etc/dpkg/dpkg.cfg.d/unsafe-io']);
    return host;
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

class NspawnHost implements TestHost {
  readonly name: string;
  readonly address4 = '198.51.100.10';
  readonly address6 = '2001:db8:6d6b::10';
  readonly address = this.address4;
  readonly otherAddress = this.address6;
  readonly throwaway = true;
  readonly #keeper: Keeper;
  /** For commands from outside; beside the cgroups that the host's systemd makes. */
  readonly #cgroup: string;
  readonly #pidfdGetfd: 'allow' | 'forbid';
  /** The outermost process of a machine that is on. */
  #machine: number | null = null;
  /** The host's own PID 1. */
  #init: number | null = null;

  constructor(name: string, keeper: Keeper, cgroup2: string, allowPidfdGetfd: boolean) {
    this.name = name;
    this.#keeper = keeper;
    this.#cgroup = join(cgroup2, keeper.cgroup, 'machine/payload/outside');
    this.#pidfdGetfd = allowPidfdGetfd ? 'allow' : 'forbid';
  }

  async boot(): Promise<void> {
    // It may have gone off by itself, or by a command that somebody ran.
    if (this.#machine !== null && this.#keeper.wentOff()) await this.#off();
    if (this.#machine !== null) throw new Error(`${this.name} is on already`);
    this.#machine = await this.#keeper.boot();
    await this.#booted(null);
  }

  async reboot(): Promise<void> {
    const before = this.#init;
    await this.#shutDown('reboot');
    await this.#booted(before);
  }

  async powerOff(): Promise<void> {
    await this.#shutDown('poweroff');
    await this.#off();
  }

  async cutPower(): Promise<void> {
    this.#keeper.cut();
    await this.#off();
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return runInSession(argv, this.#enter(argv, options.env), {
      input: options.input ?? '',
      timeout: options.timeout ?? runTimeout,
      check: options.check ?? true,
    });
  }

  async copyIn(local: string, remote: string): Promise<void> {
    await copyIn((argv) => this.#enter(argv), local, remote);
  }

  async copyOut(remote: string, local: string): Promise<void> {
    const { exitCode } = await this.run(['test', '-d', remote], { check: false });
    if (exitCode === 0) {
      await mkdir(local, { recursive: true });
      const [command, ...args] = this.#enter(['tar', '-c', '-C', remote, '.']);
      await execa(command, args, raw).pipe('tar', ['-x', '-C', local], raw);
    } else {
      const [command, ...args] = this.#enter(['cat', remote]);
      try {
        await execa(command, args, { ...raw, stdout: { file: local } });
      } catch (error) {
        await rm(local, { force: true });
        throw error;
      }
    }
  }

  /** It has this machine's clock. */
  async clockAhead(): Promise<number> {
    return 0;
  }

  fromClient(argv: readonly string[]): string[] {
    return ['nsenter', `--net=/proc/${this.#keeper.pid}/ns/net`, '--', ...argv];
  }

  async dispose(): Promise<void> {
    this.#machine = null;
    this.#init = null;
    await this.#keeper.end();
  }

  #enter(argv: readonly string[], env?: Readonly<Record<string, string>>): [string, ...string[]] {
    if (this.#init === null) throw new Error(`${this.name} is off`);
    return [script('enter.sh'), String(this.#init), this.#cgroup, this.#pidfdGetfd, ...asAtLogin(argv, env)];
  }

  /** The command itself may be killed by the shutdown that it asked for, before or after it could say so. */
  async #shutDown(verb: 'reboot' | 'poweroff'): Promise<void> {
    const { exitCode, stderr } = await this.run(['systemctl', '--no-wall', verb], { check: false });
    if (exitCode !== 0 && exitCode < 128)
      throw new Error(`systemctl ${verb} in ${this.name}: ${stderr.trim()}`);
  }

  /** Waits for an init other than `before`, and for it to have booted. */
  async #booted(before: number | null): Promise<void> {
    const deadline = Date.now() + (before === null ? bootTimeout : bootTimeout + offTimeout);
    for (; Date.now() < deadline; await sleep(pollInterval)) {
      if (this.#machine === null || this.#keeper.wentOff()) {
        throw new Error(`${this.name} went off while it booted: ${await this.#keeper.console()}`);
      }
      const init = await containerInit(this.#machine);
      if (init === null || init === before) continue;
      this.#init = init;
      // Before systemd listens for it the question fails at once; from then on it is answered at the end of the boot.
      const { stdout } = await this.run(['systemctl', 'is-system-running', '--wait'], {
        check: false,
        timeout: Math.max(1, deadline - Date.now()),
      });
      if (['running', 'degraded'].includes(stdout.trim())) return;
    }
    throw new Error(
      `${this.name} did not boot within ${bootTimeout / 1000} s: ${await this.#keeper.console()}`,
    );
  }

  async #off(): Promise<void> {
    this.#machine = null;
    this.#init = null;
    await this.#keeper.off(offTimeout);
  }
}
