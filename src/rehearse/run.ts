import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import type { Outcome, TestHost } from '../host/test-host.ts';
import type { LoadReport } from '../load/load-report.ts';
import type { LoadSpec } from '../load/load-spec.ts';
import { type Load, startLoad } from '../load/start-load.ts';
import { hostFacts } from './host-facts.ts';
import { stepEvents } from './journal.ts';
import { type Act, planActs } from './plan.ts';
import type { ActRecord, CheckRecord, Recording, StepEvent, UsageSample } from './recording.ts';
import { quietAfter, quietBefore, type RehearsalOptions } from './rehearsal-options.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';
import { usageSamples } from './usage.ts';

export interface RehearsalInput {
  options: RehearsalOptions;
  old: RehearsedPackage;
  new: RehearsedPackage;
  bad: RehearsedPackage | null;
  kill: boolean;
  reboot: boolean;
  /** A program of the user's own, on this machine; null: none. */
  check: string | null;
  command: string;
}

/** What goes on, for whoever watches. */
export interface Watcher {
  /** Something began: `apt install hello 1.0.0`. */
  doing(what: string): void;
  /** A line of the handoff's story. */
  step(event: StepEvent): void;
  /** The load so far. */
  load(report: LoadReport): void;
}

/** Longest times in ms. */
const aptTimeout = 600_000;
const settleTimeout = 120_000;
const requestTimeout = 20_000;
const lookEvery = 500;

const template = (name: string) =>
  fileURLToPath(new URL(`../../templates/rehearse/${name}`, import.meta.url));

/**
 * Rehearses on a freshly booted host: installs the old version, puts load on, does the acts, and records it all. The
 * host stays as it is then. Throws BadInput where the old version does not answer as the load expects it.
 */
export async function rehearse(host: TestHost, input: RehearsalInput, watcher: Watcher): Promise<Recording> {
  return new Rehearsal(host, input, watcher).run();
}

class Rehearsal {
  readonly #host: TestHost;
  readonly #input: RehearsalInput;
  readonly #watcher: Watcher;
  readonly #acts: ActRecord[] = [];
  readonly #checks: CheckRecord[] = [];
  readonly #usage: UsageSample[] = [];
  #events: StepEvent[] = [];
  #began = 0;

  constructor(host: TestHost, input: RehearsalInput, watcher: Watcher) {
    this.#host = host;
    this.#input = input;
    this.#watcher = watcher;
  }

  async run(): Promise<Recording> {
    const { options, old, bad, kill, reboot, command } = this.#input;
    await this.#host.copyIn(template('.'), '/root/rehearse');
    for (const one of [old, this.#input.new, bad]) if (one !== null) await this.#bring(one);
    this.#watcher.doing(`apt install ${old.name} ${old.version}`);
    const first = await this.#apt(old);
    if (first.exitCode !== 0)
      throw new BadInput(`${old.name} ${old.version} can’t be installed on a fresh host:\n${words(first)}`);
    await this.#answers();
    const facts = await hostFacts(this.#host, options.debian);

    this.#began = Date.now();
    const usage = this.#sample();
    const acts = planActs({ upgrades: options.upgrades, kill, bad: bad !== null, reboot });
    const { load, asked } = await this.#underLoad(acts.filter(({ do: what }) => what !== 'reboot'));
    // Before a reboot: systemd stops (SIGSTOP) whatever runs, nsenter among it, which would never go on.
    await this.#host.run(['touch', '/run/rehearsal-ended']);
    await usage;
    if (reboot) await this.#act({ do: 'reboot' });
    await this.#look();
    return {
      packages: { old: plain(old), new: plain(this.#input.new), bad: bad === null ? null : plain(bad) },
      style: options.style,
      host: facts,
      load,
      asked,
      acts: this.#acts,
      events: this.#events,
      usage: this.#usage,
      checks: this.#checks,
      command,
    };
  }

  async #underLoad(acts: readonly Act[]): Promise<{ load: LoadReport; asked: string }> {
    const { options, old } = this.#input;
    const { spec, asked } = loadOf(options, this.#host.address4, old.port);
    this.#watcher.doing(`load: ${asked}`);
    const load = await startLoad(this.#host, spec);
    const started = Date.now();
    const watching = this.#watch(load);
    try {
      await sleep(quietBefore);
      await this.#check('before');
      for (const act of acts) await this.#act(act);
      await this.#check('after');
      await sleep(Math.max(quietAfter, started + options.duration - Date.now()));
      await watching.end();
      return { load: await load.stop(), asked };
    } finally {
      await watching.end();
      load.kill();
    }
  }

  async #act(act: Act): Promise<void> {
    const { bad } = this.#input;
    const target = act.do === 'refuse' ? bad : 'to' in act ? this.#input[act.to] : null;
    const title =
      act.do === 'reboot'
        ? 'reboot'
        : act.do === 'refuse'
          ? `the unhealthy ${target?.version}`
          : act.do === 'kill'
            ? `upgrade to ${target?.version}, killed`
            : `upgrade to ${target?.version}`;
    this.#watcher.doing(title);
    const started = Date.now();
    const record = (ended: number, said: string, failure: string | null) =>
      this.#acts.push({ act, title, started, ended, said, failure });
    if (act.do === 'reboot') {
      const before = await this.#committed();
      await this.#host.reboot();
      const answer = await this.#ask();
      const after = await this.#committed();
      const failure =
        answer !== '200'
          ? `after it ${this.#input.options.path} is answered ${answer}`
          : before === after
            ? null
            : `${before} was committed, and ${after} is after it`;
      record(Date.now(), '', failure);
      return;
    }
    if (target === null) throw new Error('an act without a package');
    const during = this.#checkDuring();
    const before = await this.#committed();
    const outcome = act.do === 'kill' ? await this.#killed(target) : await this.#apt(target);
    const ended = Date.now();
    await during.end();
    const settled = await this.#settled();
    const after = await this.#committed();
    record(ended, words(outcome), settled ?? this.#failure(act, target, outcome, before, after));
    // Between two upgrades, what is usual.
    await sleep(1_000);
  }

  #failure(
    act: Act,
    target: RehearsedPackage,
    outcome: Outcome,
    before: string,
    after: string,
  ): string | null {
    if (act.do === 'refuse') {
      if (outcome.exitCode === 0) return 'apt took it, though it had to be refused';
      return before === after ? null : `it was refused, but ${after} is committed in place of ${before}`;
    }
    if (outcome.exitCode !== 0) return `apt exited with ${outcome.exitCode}: ${lastLine(words(outcome))}`;
    return after === target.version ? null : `${after} is committed afterwards`;
  }

  async #bring(one: RehearsedPackage): Promise<void> {
    await this.#host.copyIn(one.file, `/root/${one.version}.deb`);
    if (this.#input.options.style === 'handoff') return;
    const plainDeb = `/root/${one.version}-plain.deb`;
    await this.#host.run(['/root/rehearse/as-restart.sh', `/root/${one.version}.deb`, plainDeb]);
    await this.#host.run(['mv', plainDeb, `/root/${one.version}.deb`]);
  }

  async #apt(one: RehearsedPackage): Promise<Outcome> {
    return this.#host.run(
      [
        ...['apt-get', 'install', '--quiet=2', '--no-install-recommends', '--allow-downgrades', '--yes'],
        ...['-o', 'Dpkg::Use-Pty=0', `/root/${one.version}.deb`],
      ],
      { env: { DEBIAN_FRONTEND: 'noninteractive' }, check: false, timeout: aptTimeout },
    );
  }

  /** apt and all below it end at once when the new instance has begun to start; then what an admin does about it. */
  async #killed(one: RehearsedPackage): Promise<Outcome> {
    const cut = await this.#host.run(
      ['perl', '/root/rehearse/kill-upgrade.pl', one.name, `/root/${one.version}.deb`],
      { check: false, timeout: aptTimeout },
    );
    if (cut.exitCode !== 0) return cut;
    return this.#host.run(['dpkg', '--configure', '--pending'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      check: false,
      timeout: aptTimeout,
    });
  }

  /** The version that the package's own status (or dpkg, where there is no handoff) says is in force. */
  async #committed(): Promise<string> {
    const { options, old } = this.#input;
    if (options.style === 'restart') {
      const { stdout } = await this.#host.run(['dpkg-query', '--show', '--showformat=${Version}', old.name]);
      return stdout.trim();
    }
    const status = await this.#status();
    return status.releases.find(({ id }) => id === status.current)?.version ?? 'nothing';
  }

  async #status(): Promise<HandoffStatus> {
    const { stdout } = await this.#host.run([`${this.#input.old.name}-handoff`, 'status', '--json']);
    return JSON.parse(stdout) as HandoffStatus;
  }

  /** Waits until one instance is left; null, or why that did not come. */
  async #settled(): Promise<string | null> {
    if (this.#input.options.style === 'restart') return null;
    for (const until = Date.now() + settleTimeout; Date.now() < until; await sleep(200)) {
      const { next, releases } = await this.#status();
      const alive = releases.filter(({ instance }) => instance !== 'inactive' && instance !== 'failed');
      if (next === null && alive.length === 1) return null;
    }
    return `the old instance still drains after ${settleTimeout / 1000} s`;
  }

  /** Asks as the load will: its answers must be good ones before anything is measured. */
  async #answers(): Promise<void> {
    const { options, old } = this.#input;
    for (const path of [options.path, ...(options.long === null ? [] : [options.long])]) {
      const status = await this.#ask(path);
      if (status === '200') continue;
      const said = status === '000' ? 'is not answered' : `is answered with status ${status}`;
      throw new BadInput(
        `GET ${path} of ${old.name} ${old.version} on port ${old.port} ${said}; name a path that is answered 200 with ${path === options.path ? '--path' : '--long'}`,
      );
    }
  }

  async #ask(path: string = this.#input.options.path): Promise<string> {
    const url = `http://${this.#host.address4}:${this.#input.old.port}${path}`;
    const argv = [
      'curl',
      '--silent',
      '--output',
      '/dev/null',
      '--max-time',
      '20',
      '--write-out',
      '%{http_code}',
    ];
    const { stdout } = await this.#host.run([...argv, '--retry-connrefused', '--retry', '5', url], {
      check: false,
    });
    return stdout.trim();
  }

  /** The user's script, from where clients are, with what it needs to know in its environment. */
  async #check(stage: CheckRecord['stage']): Promise<void> {
    const { check, old } = this.#input;
    if (check === null) return;
    this.#watcher.doing(`${basename(check)} ${stage} the upgrade`);
    const started = Date.now();
    const [command = '', ...args] = this.#host.fromClient([check, stage]);
    const { exitCode, all } = await execa(command, args, {
      all: true,
      reject: false,
      timeout: aptTimeout,
      env: {
        REHEARSAL_STAGE: stage,
        REHEARSAL_ADDRESS: this.#host.address4,
        REHEARSAL_PORT: String(old.port),
        REHEARSAL_URL: `http://${this.#host.address4}:${old.port}`,
      },
    });
    this.#checks.push({ stage, started, ended: Date.now(), exitCode: exitCode ?? 127, said: all ?? '' });
  }

  /** Again and again while an upgrade goes on; `end` waits for the last one. */
  #checkDuring(): { end(): Promise<void> } {
    let over = false;
    const running = (async () => {
      while (!over && this.#input.check !== null) {
        await this.#check('during');
        await sleep(100);
      }
    })();
    return {
      end: () => {
        over = true;
        return running;
      },
    };
  }

  /** Tells the watcher of the load and of the story, until `end`. */
  #watch(load: Load): { end(): Promise<void> } {
    let over = false;
    const running = (async () => {
      while (!over) {
        this.#watcher.load(await load.snapshot());
        await this.#look();
        await sleep(lookEvery);
      }
    })();
    return {
      end: () => {
        over = true;
        return running;
      },
    };
  }

  /** The story so far, from the host's journal. */
  async #look(): Promise<void> {
    const { old } = this.#input;
    const since = `--since=@${Math.floor(this.#began / 1000)}`;
    const { stdout } = await this.#host.run(
      [
        ...['journalctl', '--output=json', '--quiet', '--no-pager', since],
        ...[`SYSLOG_IDENTIFIER=${old.name}-handoff`, '+', '_PID=1', `UNIT=${old.name}.service`],
      ],
      { check: false },
    );
    const unit = this.#input.options.style === 'restart' ? `${old.name}.service` : '';
    const events = stepEvents(stdout, unit).filter(({ time }) => time >= this.#began);
    for (const event of events.slice(this.#events.length)) this.#watcher.step(event);
    this.#events = events;
  }

  /** Resolves when the sampling has ended. */
  async #sample(): Promise<void> {
    const outcome = await this.#host
      .run(['perl', '/root/rehearse/usage.pl', this.#input.old.name], {
        check: false,
        timeout: 24 * 3_600_000,
      })
      .catch(() => null);
    if (outcome !== null) this.#usage.push(...usageSamples(outcome.stdout));
  }
}

interface HandoffStatus {
  current: string | null;
  next: string | null;
  releases: { id: string; version: string; instance: string }[];
}

/** The load that `options` ask for, and the same in words. */
export function loadOf(
  options: RehearsalOptions,
  address: string,
  port: number,
): { spec: LoadSpec; asked: string } {
  const { rate, connections, long, path, versionHeader } = options;
  const spec: LoadSpec = {
    address,
    port,
    answer: { versionHeader },
    connections: { rate, path, timeout: requestTimeout },
    ...(connections > 0
      ? { keepAlive: { clients: connections, rate: 10, path, timeout: requestTimeout } }
      : {}),
    ...(long === null ? {} : { long: { inFlight: 5, path: long, timeout: 120_000 } }),
  };
  const parts = [`${rate} new connections a second`];
  if (connections > 0) parts.push(`${connections} kept ones with 10 requests a second each`);
  if (long !== null) parts.push(`5 requests of ${long} at any time`);
  return { spec, asked: `${parts.join(', ')}, GET ${path}` };
}

function plain({ name, version, handoff, port, size }: RehearsedPackage) {
  return { name, version, handoff, port, size };
}

function words({ stdout, stderr }: Outcome): string {
  return `${stdout}${stderr}`.trim();
}

function lastLine(text: string): string {
  return text.split('\n').at(-1) ?? '';
}
