/** What tests of the contract do with an example app on a test host. */
import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Host, Outcome } from '../../src/host/host.ts';
import type { LoadReport } from '../../src/load/load-report.ts';
import { digest, type ExampleKind, type ExampleOptions, makeExample } from '../examples.ts';
import { madeOnce } from '../made-once.ts';
import { sharedPackages } from '../shared-packages.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/**
 * How long a version is waited for: one that is wrong on purpose fails soon; one that is not must not fail where the
 * machine is slow.
 */
export const patience = (more: object): string => ('variant' in more ? '4s' : '60s');

export interface Workshop {
  /** The path of a package of the example, built by `mkdeb build` with those flags, or earlier in this test run. */
  build(kind: ExampleKind, options: ExampleOptions, ...flags: string[]): Promise<string>;
  dispose(): Promise<void>;
}

/** A folder to build packages in. */
export async function openWorkshop(): Promise<Workshop> {
  const shared = process.env[sharedPackages];
  if (shared === undefined) throw new Error(`${sharedPackages} is not set: is this no test run?`);
  const dir = await mkdtemp(join(tmpdir(), 'mkdeb-test-'));
  let count = 0;
  return {
    async build(kind, options, ...flags) {
      const out = join(dir, `out-${++count}`);
      const app = join(dir, `app-${count}`);
      const built = await madeOnce(shared, digest(JSON.stringify([kind, options, flags])), async (folder) => {
        await makeExample(kind, options, app);
        await execa('node', [cli, 'build', app, '-o', `${folder}/`, ...flags]);
        await rm(app, { recursive: true });
      });
      const [deb, ...others] = await readdir(built);
      if (deb === undefined || others.length > 0) throw new Error(`${deb}, ${others} in ${built}`);
      await mkdir(out);
      await link(join(built, deb), join(out, deb));
      return join(out, deb);
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}

/**
 * `apt install ./x.deb`, as an admin does it. `confined`: as a child of the host's own systemd, under the system call
 * filter that all of the host is under. `again`: the version that is installed already.
 */
export async function aptInstall(
  host: Host,
  deb: string,
  options: { check?: boolean; confined?: boolean; again?: boolean } = {},
): Promise<Outcome> {
  const remote = `/root/${basename(deb)}`;
  await host.copyIn(deb, remote);
  return host.run(
    [
      ...(options.confined ? ['systemd-run', '--quiet', '--wait', '--pipe'] : []),
      'apt-get',
      'install',
      '-y',
      '--no-install-recommends',
      '--allow-downgrades',
      ...(options.again ? ['--reinstall'] : []),
      remote,
    ],
    { env: { DEBIAN_FRONTEND: 'noninteractive' }, check: options.check ?? true, timeout: 600_000 },
  );
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What a load lost, by kind, without the kinds that did not occur; and the first few in detail. */
export function losses(report: LoadReport): { lost: number; kinds: Record<string, number>; first: string[] } {
  const kinds = Object.fromEntries(Object.entries(report.losses).filter(([, count]) => count > 0));
  return {
    lost: report.lost,
    kinds,
    first: report.firstLosses
      .slice(0, 5)
      .map((l) => `${l.loss} ${l.kind} ${new Date(l.time).toISOString()} ${l.detail}`),
  };
}

export const nothingLost = { lost: 0, kinds: {}, first: [] };

/** The body of an answer, asked on the host itself; an error where there is none. */
export async function ask(host: Host, path = '/', port = 8080, address = 'localhost'): Promise<string> {
  const url = `http://${address}:${port}${path}`;
  return (await host.run(['curl', '-gsS', '--fail', '--max-time', '20', url])).stdout;
}

/** The version that answers. */
export async function answeringVersion(host: Host, port = 8080, address = 'localhost'): Promise<string> {
  return (JSON.parse(await ask(host, '/', port, address)) as { version: string }).version;
}

/** Whether nobody listens: a client is told so, and does not wait. */
export async function refuses(host: Host, port: number): Promise<boolean> {
  const argv = ['curl', '-sS', '--max-time', '5', `http://localhost:${port}/`];
  // curl(1): "Failed to connect to host"; where it waited in vain it is 28.
  return (await host.run(argv, { check: false })).exitCode === 7;
}

export interface HandoffStatus {
  face: string;
  current: string | null;
  next: string | null;
  previous: string | null;
  releases: { id: string; version: string; role: string; instance: string }[];
}

export async function handoffStatus(host: Host, name = 'hello-node'): Promise<HandoffStatus> {
  return JSON.parse((await host.run([`${name}-handoff`, 'status', '--json'])).stdout) as HandoffStatus;
}

/** Waits until the background drain has ended: exactly one instance is left. Rejects after 120 s. */
export async function settled(host: Host, name = 'hello-node'): Promise<HandoffStatus> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    // Asked first: the status costs the host much more.
    const units = await unitsAtWork(host, name);
    if (units.length === 1 && units[0]?.startsWith(`${name}@`)) {
      const status = await handoffStatus(host, name);
      const alive = status.releases.filter((r) => r.instance !== 'inactive' && r.instance !== 'failed');
      if (alive.length === 1 && status.next === null) return status;
    }
    if (Date.now() > deadline)
      throw new Error(`still not settled: ${units} ${JSON.stringify(await handoffStatus(host, name))}`);
    await pause(300);
  }
}

async function unitsAtWork(host: Host, name: string): Promise<string[]> {
  const states = '--state=active,activating,reloading,deactivating';
  const argv = ['systemctl', 'list-units', '--plain', '--no-legend', '--full', states];
  const { stdout } = await host.run([...argv, `${name}@*.service`, `${name}-handoff@*.service`]);
  return stdout.split('\n').flatMap((line) => line.split(' ', 1).filter((unit) => unit !== ''));
}

/** What `systemctl is-active` says of a unit. */
export async function activity(host: Host, unit = 'hello-node.service'): Promise<string> {
  return (await host.run(['systemctl', 'is-active', unit], { check: false })).stdout.trim();
}
