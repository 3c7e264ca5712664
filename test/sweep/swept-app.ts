import { basename, join } from 'node:path';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { Outcome } from '../../src/host/host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import type { LoadReport } from '../../src/load/load-report.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { Config, ExampleOptions } from '../examples.ts';
import {
  answeringVersion,
  losses,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from '../system/app-on-host.ts';
import type { SweptHandoff } from './handoffs.ts';
import { moments } from './moments.ts';
import type { Plan } from './plan.ts';
import { difference, whatIsThere } from './what-is-there.ts';

const versions = ['1.0.0', '1.1.0'] as const;

/** Quick, and bounded: a sweep is hundreds of these. One release is kept besides the two that the links name. */
const service: Config = {
  health: { path: '/health', interval: '100ms', within: '20s' },
  drain: { wait: '10s', idle: '100ms' },
  keep: 1,
};

/** An app on a test host that is upgraded from one of two versions to the other and back, again and again. */
export class SweptApp {
  readonly host: TestHost;
  readonly name: string;
  readonly port: number;
  readonly #swept: SweptHandoff;
  readonly #workshop: Workshop;
  readonly #debs = new Map<string, string>();
  /** What is there after an upgrade that nothing disturbs. */
  undisturbed: string[] = [];
  /** Under load, from apt's start: when postinst begins, and when apt ends, in ms. */
  times = { postinst: 0, end: 0 };
  from: string = versions[1];
  to: string = versions[0];

  private constructor(host: TestHost, swept: SweptHandoff, workshop: Workshop) {
    this.host = host;
    this.name = `hello-${swept.kind}`;
    this.port = swept.port;
    this.#swept = swept;
    this.#workshop = workshop;
  }

  /** On a host of its own. */
  static async create({ debian }: Plan, swept: SweptHandoff): Promise<SweptApp> {
    const host = await createTestHost({ debian, packages: swept.packages, syncingDpkg: true });
    try {
      return await SweptApp.on(host, swept);
    } catch (error) {
      await host.dispose();
      throw error;
    }
  }

  /** Installed, upgraded until every upgrade is like the one before, and measured. */
  static async on(host: TestHost, swept: SweptHandoff): Promise<SweptApp> {
    const app = new SweptApp(host, swept, await openWorkshop());
    try {
      for (const program of ['instances.pl', 'cut-off.pl', 'kill-new-instance.pl', 'what-is-there.sh']) {
        await host.copyIn(join(import.meta.dirname, program), `/root/${program}`);
      }
      for (const version of versions) app.#debs.set(version, await app.package({ version }));
      await app.run(app.upgrade);
      // Until there are as many releases as are kept: an upgrade then takes one away.
      for (let round = 0; round < 3; round++) {
        app.turn();
        if (round === 0) {
          await app.run(app.upgrade);
          await settled(host, app.name);
        } else {
          const times = await app.#measure();
          // The shorter one: what is slow once would put the last moments after the end of all others.
          if (round === 1 || times.end < app.times.end) app.times = times;
        }
      }
      app.undisturbed = await whatIsThere(host, app);
      return app;
    } catch (error) {
      await app.#workshop.dispose();
      throw error;
    }
  }

  /** A package of the app on the host: its path there. */
  async package(options: ExampleOptions): Promise<string> {
    const own = options.config?.['service'] as Config | undefined;
    const config = { service: { ...service, ...this.#swept.service, ...own } };
    const deb = await this.#workshop.build(this.#swept.kind, { ...options, config });
    await this.host.copyIn(deb, `/root/${basename(deb)}`);
    return `/root/${basename(deb)}`;
  }

  /** The next upgrade is to the other version. */
  turn(): void {
    [this.from, this.to] = [this.to, this.from];
  }

  /** Moments of an upgrade: a fifth while apt and dpkg get ready and unpack, the others in postinst. */
  moments(seed: number, count: number): number[] {
    const early = Math.floor(count / 5);
    const { postinst, end } = this.times;
    return [...moments(seed, early, 0, postinst), ...moments(seed, count - early, postinst, end)];
  }

  /** The upgrade's command, as an admin gives it. */
  get upgrade(): string[] {
    return this.install(this.#deb);
  }

  install(deb: string): string[] {
    return [
      'apt-get',
      'install',
      '-y',
      '--no-install-recommends',
      '--allow-downgrades',
      // What the handoff says comes as it says it, also where apt is killed.
      '--option=Dpkg::Use-Pty=0',
      deb,
    ];
  }

  get #deb(): string {
    return this.#debs.get(this.to) as string;
  }

  async run(argv: readonly string[], check = true): Promise<Outcome> {
    return this.host.run(argv, { env: { DEBIAN_FRONTEND: 'noninteractive' }, check, timeout: 180_000 });
  }

  /** Clients of every kind, few enough that the machine is not what they wait for. */
  async load(): Promise<Load> {
    return startLoad(this.host, {
      address: this.host.address4,
      port: this.port,
      connections: { rate: 100, timeout: 30_000 },
      keepAlive: { clients: 4, rate: 2, timeout: 30_000 },
      long: { inFlight: 2, path: '/slow?ms=1000', timeout: 30_000 },
    });
  }

  /** Brings a cut-off upgrade to its end as an admin would; what is wrong with that or with the end, by name. */
  async finish(): Promise<string[]> {
    const findings: string[] = [];
    const configured = await this.run(['dpkg', '--configure', '-a'], false);
    const { stdout: state } = await this.run(['dpkg-query', '-W', '-f', '${Status} ${Version}', this.name]);
    // dpkg configures nothing that it was killed unpacking, and fails where it was nearly done with that.
    if (configured.exitCode !== 0 && !state.includes('reinstreq')) {
      findings.push(`dpkg --configure -a failed: ${said(configured)}`);
    }
    if (state !== `install ok installed ${this.to}`) {
      // Cut off before dpkg had unpacked it all: so begin anew. Where dpkg was in the midst, apt leaves that to dpkg.
      const unpacked = state.startsWith('install ok installed');
      const again = await this.run(unpacked ? this.upgrade : ['dpkg', '--install', this.#deb], false);
      if (again.exitCode !== 0) findings.push(`from "${state}": the install failed: ${said(again)}`);
    }
    return [...findings, ...(await this.end())];
  }

  /** What is wrong with the end of an upgrade. */
  async end(): Promise<string[]> {
    try {
      await settled(this.host, this.name);
    } catch (error) {
      return [(error as Error).message, ...(await this.compare())];
    }
    const answered = await this.answers();
    return [...(await this.compare()), ...(answered === this.to ? [] : [`${answered} answers`])];
  }

  /** The version that answers, where need be as soon as systemd has started it again; or what is wrong. */
  async answers(): Promise<string> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const version = await answeringVersion(this.host, this.port).catch((error: Error) => error);
      if (typeof version === 'string') return version;
      if (Date.now() > deadline) return version.message;
      await pause(200);
    }
  }

  async compare(): Promise<string[]> {
    return difference(this.undisturbed, await whatIsThere(this.host, this));
  }

  /** How far the handoff was, for people who look into a finding. */
  async where(outcome?: Outcome): Promise<string> {
    const lines = outcome?.stdout.trim().split('\n') ?? [];
    const said = lines.findLast((line) => line.startsWith(`${this.name}: `)) ?? lines.at(-1);
    const releases = `/usr/lib/${this.name}/releases`;
    const links = await this.host.run(
      [
        'sh',
        '-c',
        `for link in current next previous; do printf '%s=%s ' $link "$(readlink ${releases}/$link)"; done;
        systemctl list-units --plain --no-legend '${this.name}@*' | while read -r unit rest; do printf '%s ' "$unit"; done`,
      ],
      { check: false },
    );
    return `${said ? `${said}; ` : ''}${links.stdout.trim()}`;
  }

  async dispose(): Promise<void> {
    await this.host.dispose();
    await this.#workshop.dispose();
  }

  async #measure(): Promise<SweptApp['times']> {
    const load = await this.load();
    try {
      const began = performance.now();
      const { stdout } = await this.run(this.upgrade);
      const end = performance.now() - began;
      // The story's times begin with postinst.
      const story = [...stdout.matchAll(/^[\w-]+: (\d+\.\d+) s /gm)].at(-1)?.[1];
      if (story === undefined) throw new Error(`nothing was handed over: ${stdout}`);
      await settled(this.host, this.name);
      return { postinst: end - Number(story) * 1000, end };
    } finally {
      load.kill();
    }
  }
}

export function said(outcome: Outcome): string {
  return `exit code ${outcome.exitCode}: ${(outcome.stdout + outcome.stderr).trim().split('\n').slice(-12).join('\n      ')}`;
}

/** What a load lost, as findings. */
export function lossFindings(report: LoadReport): string[] {
  const { lost, kinds, first } = losses(report);
  return lost === 0
    ? []
    : [`${lost} of ${report.sent} lost: ${JSON.stringify(kinds)}\n      ${first.join('\n      ')}`];
}
