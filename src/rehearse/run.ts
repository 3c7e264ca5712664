import { setTimeout as sleep } from 'node:timers/promises';
import { BadInput } from '../bad-input.ts';
import type { Host } from '../host/host.ts';
import { startLoad } from '../load/start-load.ts';
import { Admin, wordsOf } from './admin.ts';
import { askedLoad } from './asked-load.ts';
import { carryOut, type Stage } from './carry-out.ts';
import { expectAnswers } from './client.ts';
import { hostFacts } from './host-facts.ts';
import { type Act, planActs } from './plan.ts';
import type { ActRecord, PackageFacts, Recording } from './recording.ts';
import { quietAfter, quietBefore, type RehearsalOptions } from './rehearsal-options.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';
import { repeat } from './repeat.ts';
import { Story } from './story.ts';
import { sampleUsage } from './usage.ts';
import { UsersCheck } from './users-check.ts';
import type { Watcher } from './watcher.ts';

export interface RehearsalInput {
  options: RehearsalOptions;
  packages: { old: RehearsedPackage; new: RehearsedPackage; bad: RehearsedPackage | null };
  kill: boolean;
  rollback: boolean;
  reboot: boolean;
  /** A program of the user's own, on this machine; null: none. */
  check: string | null;
  /** The line that repeats it. */
  command: string;
  /** Asks for an early end, at a moment at which nothing is under way on the host. */
  stop: AbortSignal;
}

/** In ms. */
const betweenActs = 1_000;
const lookEvery = 500;

/**
 * Rehearses on a host without the package: installs the old version, puts load on, does the acts, and records it all.
 * The host stays as it is then. Throws BadInput where the old version does not answer as the load expects it.
 */
export async function rehearse(host: Host, input: RehearsalInput, watcher: Watcher): Promise<Recording> {
  const { options, packages, kill, rollback, reboot, command, stop } = input;
  const { old, bad } = packages;
  const admin = new Admin(host, old.name, options.style);
  await admin.bring(Object.values(packages).filter((one) => one !== null));
  watcher.doing(`apt install ${old.name} ${old.version}`);
  const first = await admin.install(old);
  if (first.exitCode !== 0)
    throw new BadInput(
      `${old.name} ${old.version} can’t be installed on ${host.throwaway ? 'a fresh host' : host.name}:\n${wordsOf(first)}`,
    );
  await expectAnswers(host, old, options);
  stop.throwIfAborted();
  const facts = await hostFacts(host);
  const { ahead } = facts.clock;

  const clock = { began: Date.now(), ahead };
  const story = new Story(host, old.name, options.style, clock, (event) => watcher.step(event));
  const check = new UsersCheck(input.check, host, old.port, (what) => watcher.doing(what));
  const stage: Stage = {
    ...{ host, admin, check, packages, path: options.path },
    doing: (what) => watcher.doing(what),
  };
  const sampling = sampleUsage(host, old.name, ahead);
  const acts = planActs({ upgrades: options.upgrades, kill, bad: bad !== null, rollback, reboot });
  const underLoad = await doUnderLoad(acts, stage, story, input, watcher);
  facts.clock.moved = (await host.clockAhead()) - ahead;
  // Before a reboot: systemd stops (SIGSTOP) whatever runs, nsenter among it, which would never go on.
  const usage = await sampling.end();
  const last = reboot ? [await carryOut({ do: 'reboot' }, stage)] : [];
  await story.read();
  return {
    packages: { old: plain(old), new: plain(packages.new), bad: bad === null ? null : plain(bad) },
    style: options.style,
    host: facts,
    load: underLoad.load,
    asked: underLoad.asked,
    acts: [...underLoad.records, ...last],
    events: story.events,
    usage,
    checks: check.records,
    command,
  };
}

/** All acts but the reboot, which no connection survives. */
async function doUnderLoad(
  acts: readonly Act[],
  stage: Stage,
  story: Story,
  { options, stop }: RehearsalInput,
  watcher: Watcher,
): Promise<{ load: Recording['load']; asked: string; records: ActRecord[] }> {
  const { host, check, packages } = stage;
  const { spec, asked } = askedLoad(options, host, packages.old.port);
  watcher.doing(`load: ${asked}`);
  const load = await startLoad(host, spec);
  const started = Date.now();
  const watching = repeat(async () => {
    watcher.load(await load.snapshot());
    await story.read();
  }, lookEvery);
  try {
    await sleep(quietBefore, undefined, { signal: stop });
    await check.run('before');
    const records: ActRecord[] = [];
    for (const act of acts) {
      if (act.do === 'reboot') continue;
      stop.throwIfAborted();
      records.push(await carryOut(act, stage));
      await sleep(betweenActs);
    }
    await check.run('after');
    await sleep(Math.max(quietAfter, started + options.duration - Date.now()), undefined, { signal: stop });
    await watching.end();
    return { load: await load.stop(), asked, records };
  } finally {
    await watching.end();
    load.kill();
  }
}

/** Without what is of no interest once it is over. */
function plain({ name, version, handoff, port, size }: RehearsedPackage): PackageFacts {
  return { name, version, handoff, port, size };
}
