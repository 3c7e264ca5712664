import { inThousands } from '../in-thousands.ts';
import { type LossKind, lossKinds, type RequestKind, requestKinds } from '../load/load-spec.ts';
import { type Act, versionAfter } from './plan.ts';
import type { Recording } from './recording.ts';
import { timelineOf } from './timeline.ts';

export interface Verdict {
  ok: boolean;
  /** The whole of it in one sentence. */
  sentence: string;
  /** What did not go as it should, besides lost requests. */
  failures: string[];
  /** What makes the measurement itself less certain. */
  doubts: string[];
}

/** How late (ms, at the 99th percentile) the generator may be before it is itself the bottleneck. */
const lateness = 50;
/** How far (ms) the clocks of host and clients may drift apart before steps are told at the wrong time. */
const clockSteadiness = 50;

/** What is to be said of a rehearsal: ok only if no request was lost, and all went as it should. */
export function verdictOf(recording: Recording): Verdict {
  const { load, acts, packages, style, checks, host } = recording;
  const failures = acts.flatMap(({ title, failure }) => (failure === null ? [] : [`${title}: ${failure}`]));
  for (const { stage, exitCode, said } of checks) {
    const end = said.trim().split('\n').at(-1) ?? '';
    if (exitCode !== 0)
      failures.push(`the check ${stage} the upgrade exited with ${exitCode}${end === '' ? '' : `: ${end}`}`);
  }
  const last = packages[versionAfter(acts.map(({ act }) => act))].version;
  if (!('unknown' in load.byVersion) && load.ok > 0 && !(last in load.byVersion)) {
    failures.push(`no request was answered by ${last}, but by ${Object.keys(load.byVersion).join(', ')}`);
  }
  const doubts: string[] = [];
  if (load.behind.p99 > lateness)
    doubts.push(
      `the load generator was itself late (${Math.round(load.behind.p99)} ms at the 99th percentile): ask for a lower --rate, or use a machine with more cores`,
    );
  if (load.losses.unsent > 0)
    doubts.push(`${count(load.losses.unsent, 'request')} could not be sent: the generator ran out of ports`);
  if (Math.abs(host.clock.moved) > clockSteadiness)
    doubts.push(
      `the host’s clock was set while the load went on, by ${Math.round(Math.abs(host.clock.moved))} ms: steps may be told that much too early or too late`,
    );
  const ok = load.lost === 0 && failures.length === 0;
  return { ok, sentence: sentence(), failures, doubts };

  function sentence(): string {
    const upgrades = acts.filter(({ act }) => isUpgrade(act)).length;
    const what = `${upgrades === 1 ? 'the upgrade' : `${upgrades} upgrades there and back`} of ${packages.old.name} from ${packages.old.version} to ${packages.new.version}`;
    const how = style === 'restart' ? ', stopped and started as a plain package does it,' : '';
    const sent = count(load.sent, 'request');
    const extra = acts.flatMap(({ act, failure }) =>
      failure !== null || isUpgrade(act) ? [] : [wentWell(act, recording)],
    );
    const also = extra.length === 0 ? '' : `; ${extra.join('; ')}`;
    if (load.lost === 0 && failures.length === 0)
      return `Nothing was lost: ${sent}, every one answered, during ${what}${how.replace(/,$/, '')}${also}.`;
    if (load.lost === 0) return `No request was lost, but ${failures[0]}.`;
    const kinds = lossKinds
      .filter((kind) => load.losses[kind] > 0)
      .map((kind) => `${inThousands(load.losses[kind])} ${lossWords[kind]}`);
    return `Lost ${inThousands(load.lost)} of ${sent} (${kinds.join(', ')}${byClient()}) during ${what}${how.replace(/,$/, '')}${when()}.`;
  }

  /** Where there is more than one kind of client. */
  function byClient(): string {
    if (Object.keys(load.byKind).length < 2) return '';
    const of = requestKinds.flatMap((kind) => {
      const lost = load.byKind[kind]?.lost ?? 0;
      return lost > 0 ? [`${kindWords[kind]} ${inThousands(lost)}`] : [];
    });
    return `; ${of.join(', ')}`;
  }

  function when(): string {
    const steps = new Map<string, number>();
    for (const { step } of timelineOf(recording).losses) {
      const name = step ?? 'no step';
      steps.set(name, (steps.get(name) ?? 0) + 1);
    }
    const most = [...steps].sort(([, a], [, b]) => b - a)[0];
    if (most === undefined || most[0] === 'no step') return '';
    const all = [...steps.values()].reduce((a, b) => a + b, 0);
    return most[1] === all ? `, all in the step “${most[0]}”` : `, most in the step “${most[0]}”`;
  }
}

function isUpgrade(act: Act): boolean {
  return act.do === 'upgrade' || act.do === 'kill';
}

function wentWell(act: Act, { packages }: Recording): string {
  if (act.do === 'refuse') return `${packages.bad?.version} was refused`;
  return act.do === 'rollback'
    ? `a rollback brought ${packages[act.to].version} back`
    : 'it serves after a reboot';
}

/** The kinds of loss as people say them. */
export const lossWords: Readonly<Record<LossKind, string>> = {
  refused: 'refused',
  unreachable: 'unreachable',
  reset: 'reset',
  'cut-off': 'cut off',
  'timed-out': 'timed out',
  'server-error': 'answered 5xx',
  'wrong-answer': 'answered wrong',
  unsent: 'not sent',
};

/** What was lost, in one word or two. */
export const kindWords: Readonly<Record<RequestKind, string>> = {
  connections: 'new connection',
  keepAlive: 'kept connection',
  long: 'long request',
  downloads: 'download',
  webSockets: 'WebSocket',
  messages: 'WebSocket message',
  http2: 'HTTP/2 request',
  saturate: 'one after the other',
};

function count(value: number, noun: string): string {
  return `${inThousands(value)} ${noun}${value === 1 ? '' : 's'}`;
}
