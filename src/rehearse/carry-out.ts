import type { Host, Outcome } from '../host/host.ts';
import { type Admin, wordsOf } from './admin.ts';
import { answerOf } from './client.ts';
import type { Act } from './plan.ts';
import type { ActRecord } from './recording.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';
import type { UsersCheck } from './users-check.ts';

/** What acts are carried out with. */
export interface Stage {
  host: Host;
  admin: Admin;
  check: UsersCheck;
  packages: { old: RehearsedPackage; new: RehearsedPackage; bad: RehearsedPackage | null };
  /** What is asked for after a reboot. */
  path: string;
  doing(what: string): void;
}

/** Carries `act` out, and resolves when the host has come to rest again. */
export async function carryOut(act: Act, stage: Stage): Promise<ActRecord> {
  const title = titleOf(act, stage);
  stage.doing(title);
  const started = Date.now();
  const seen = act.do === 'reboot' ? await reboot(stage) : await upgrade(act, stage);
  return { act, title, started, ...seen };
}

type Seen = Pick<ActRecord, 'ended' | 'said' | 'failure'>;

async function upgrade(act: UpgradeAct, stage: Stage): Promise<Seen> {
  const { admin, check } = stage;
  const target = targetOf(act, stage);
  const during = check.during();
  const before = await admin.committed();
  const outcome = await carriedOutBy(admin, act, target);
  const ended = Date.now();
  await during.end();
  const unsettled = await admin.settled();
  const after = await admin.committed();
  const failure = unsettled ?? failureOf(act, target, outcome, { before, after });
  return { ended, said: wordsOf(outcome), failure };
}

function carriedOutBy(admin: Admin, act: UpgradeAct, target: RehearsedPackage): Promise<Outcome> {
  if (act.do === 'rollback') return admin.rollback();
  return act.do === 'kill' ? admin.installKilled(target) : admin.install(target);
}

async function reboot({ host, admin, path, packages }: Stage): Promise<Seen> {
  const before = await admin.committed();
  await host.reboot();
  const answer = await answerOf(host, packages.old.port, path);
  const after = await admin.committed();
  const failure =
    answer !== '200'
      ? `after it ${path} is answered ${answer}`
      : before === after
        ? null
        : `${before} was committed, and ${after} is after it`;
  return { ended: Date.now(), said: '', failure };
}

/** Why the act did not go as it should; null: it did. The versions are those that were committed. */
function failureOf(
  act: UpgradeAct,
  target: RehearsedPackage,
  outcome: Outcome,
  { before, after }: { before: string; after: string },
): string | null {
  const { exitCode } = outcome;
  if (act.do === 'refuse') {
    if (exitCode === 0) return 'apt took it, though it had to be refused';
    return before === after ? null : `it was refused, but ${after} is committed in place of ${before}`;
  }
  if (exitCode !== 0) {
    const command = act.do === 'rollback' ? `${target.name}-handoff rollback` : 'apt';
    return `${command} exited with ${exitCode}: ${wordsOf(outcome).split('\n').at(-1) ?? ''}`;
  }
  return after === target.version ? null : `${after} is committed afterwards`;
}

type UpgradeAct = Exclude<Act, { do: 'reboot' }>;

function targetOf(act: UpgradeAct, { packages }: Stage): RehearsedPackage {
  const target = act.do === 'refuse' ? packages.bad : packages[act.to];
  if (target === null) throw new Error('an act without a package');
  return target;
}

function titleOf(act: Act, stage: Stage): string {
  if (act.do === 'reboot') return 'reboot';
  const { version } = targetOf(act, stage);
  if (act.do === 'refuse') return `the unhealthy ${version}`;
  if (act.do === 'rollback') return `rollback to ${version}`;
  return `upgrade to ${version}${act.do === 'kill' ? ', killed' : ''}`;
}
