import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Outcome } from '../host/host.ts';
import { installedPath } from '../installation.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';

/** Longest times in ms. */
const aptTimeout = 600_000;
const settleTimeout = 120_000;

const scripts = installedPath('templates/rehearse/');
/** Where everything is that a rehearsal brings to the host. */
export const bench = '/root/mkdeb-rehearsal';
const env = { DEBIAN_FRONTEND: 'noninteractive' };

/** What an admin does on the host with the package `name`, and what they see of it. */
export class Admin {
  readonly #host: Host;
  readonly #name: string;
  readonly #style: RehearsalOptions['style'];

  constructor(host: Host, name: string, style: RehearsalOptions['style']) {
    this.#host = host;
    this.#name = name;
    this.#style = style;
  }

  /** Puts the packages, in the style asked for, and what a rehearsal runs on the host there. */
  async bring(packages: readonly RehearsedPackage[]): Promise<void> {
    await this.#host.copyIn(scripts, `${bench}/rehearse`);
    for (const one of packages) {
      await this.#host.copyIn(one.file, fileOf(one));
      if (this.#style === 'handoff') continue;
      await this.#host.run([`${bench}/rehearse/as-restart.sh`, fileOf(one), `${bench}/plain.deb`]);
      await this.#host.run(['mv', `${bench}/plain.deb`, fileOf(one)]);
    }
  }

  async install(one: RehearsedPackage): Promise<Outcome> {
    return this.#host.run(
      [
        ...['apt-get', 'install', '--quiet=2', '--no-install-recommends', '--allow-downgrades', '--yes'],
        // Somebody else's apt may be at it; and nothing is to be taken away, or left in apt's cache.
        ...['--no-remove', '-o', 'DPkg::Lock::Timeout=120', '-o', 'APT::Keep-Downloaded-Packages=false'],
        ...['-o', 'Dpkg::Use-Pty=0', fileOf(one)],
      ],
      { env, check: false, timeout: aptTimeout },
    );
  }

  /** apt and all below it end at once when the new instance has begun to start; then what an admin does about it. */
  async installKilled(one: RehearsedPackage): Promise<Outcome> {
    const cut = await this.#host.run(['perl', `${bench}/rehearse/kill-upgrade.pl`, this.#name, fileOf(one)], {
      check: false,
      timeout: aptTimeout,
    });
    if (cut.exitCode !== 0) return cut;
    return this.#host.run(['dpkg', '--configure', '--pending'], { env, check: false, timeout: aptTimeout });
  }

  /** Back to the release before, as an admin does it who has no package of it. */
  async rollback(): Promise<Outcome> {
    return this.#host.run([`${this.#name}-handoff`, 'rollback'], { check: false, timeout: aptTimeout });
  }

  /** The version that the package's own status (or dpkg, where there is no handoff) says is in force. */
  async committed(): Promise<string> {
    if (this.#style === 'restart') {
      const { stdout } = await this.#host.run([
        'dpkg-query',
        '--show',
        '--showformat=${Version}',
        this.#name,
      ]);
      return stdout.trim();
    }
    const status = await this.#status();
    return status.releases.find(({ id }) => id === status.current)?.version ?? 'nothing';
  }

  /** Waits until one instance is left; null, or why that did not come. */
  async settled(): Promise<string | null> {
    if (this.#style === 'restart') return null;
    const until = Date.now() + settleTimeout;
    for (let took = 0; Date.now() < until; await sleep(Math.max(200, took))) {
      const asked = Date.now();
      const { next, releases } = await this.#status();
      took = Date.now() - asked;
      const alive = releases.filter(({ instance }) => instance !== 'inactive' && instance !== 'failed');
      if (next === null && alive.length === 1) return null;
    }
    return `the old instance still drains after ${settleTimeout / 1000} s`;
  }

  async #status(): Promise<HandoffStatus> {
    const { stdout } = await this.#host.run([`${this.#name}-handoff`, 'status', '--json']);
    return JSON.parse(stdout) as HandoffStatus;
  }
}

/** What `NAME-handoff status --json` prints. */
interface HandoffStatus {
  current: string | null;
  next: string | null;
  releases: { id: string; version: string; instance: string }[];
}

function fileOf({ version }: RehearsedPackage): string {
  return `${bench}/${version}.deb`;
}

/** All that a command said. */
export function wordsOf({ stdout, stderr }: Outcome): string {
  return `${stdout}${stderr}`.trim();
}
