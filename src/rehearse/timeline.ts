import type { Loss } from '../load/load-report.ts';
import { type LossKind, lossKinds, type RequestKind } from '../load/load-spec.ts';
import { type Band, bandsOf, stepAt } from './bands.ts';
import type { Recording, StepEvent, UsageSample } from './recording.ts';

/** The figures of a rehearsal: one x axis for all, in seconds since the load began. */
export interface Timeline {
  /** The beginning of each interval. */
  x: number[];
  /** Length of an interval in seconds. */
  interval: number;
  /** Good answers a second, by version, in the order in which the versions appeared. */
  versions: { version: string; perSecond: number[] }[];
  /** Lost requests a second. */
  lost: number[];
  /** The same for each kind of loss that occurred. */
  lossesByKind: Partial<Record<LossKind, number[]>>;
  /** Of good answers, in ms; null where there was none. */
  latency: { p50: (number | null)[]; p99: (number | null)[]; max: (number | null)[] };
  bands: { step: string; from: number; to: number }[];
  /** One line for each instance; null where it does not run. */
  usage: { instance: string; memoryMB: (number | null)[]; cpuPercent: (number | null)[] }[];
  losses: TimedLoss[];
}

export interface TimedLoss {
  /** Seconds since the load began. */
  at: number;
  /** The step of the upgrade in which it fell; null outside of any. */
  step: string | null;
  kind: RequestKind;
  /** The one that was asked. */
  address: string;
  loss: LossKind;
  detail: string;
}

/** How many intervals a figure has at most; two upgrades of a few seconds show every 100 ms. */
const mostIntervals = 600;

export function timelineOf(recording: Recording): Timeline {
  const { load } = recording;
  const origin = load.started;
  const seconds = (time: number) => (time - origin) / 1000;
  const per = Math.max(1, Math.ceil(load.timeline.length / mostIntervals));
  const interval = per / 10;
  // The end of the load cuts the last interval short: it would look like a drop.
  const whole = load.timeline.filter(
    ({ start, losses }) => start + 100 <= load.ended || Object.keys(losses).length > 0,
  );
  const groups = Array.from({ length: Math.ceil(whole.length / per) }, (_, i) =>
    whole.slice(i * per, (i + 1) * per),
  );
  const x = groups.map((_, i) => round(i * interval));
  const perSecond = (count: number) => round(count / interval);
  const names = Object.entries(load.byVersion)
    .sort(([, a], [, b]) => a.first - b.first)
    .map(([version]) => version);
  // What was measured of several intervals at once: the worst of the high ones, the middle of the middle ones.
  const latency = (of: 'p50' | 'p99' | 'max') =>
    groups.map((group) => {
      const answered = group
        .filter(({ ok }) => Object.keys(ok).length > 0)
        .map((bucket) => bucket.latency[of]);
      if (answered.length === 0 || answered.every((value) => value === 0)) return null;
      return round(
        of === 'p50'
          ? (answered.sort((a, b) => a - b)[answered.length >> 1] as number)
          : Math.max(...answered),
      );
    });
  const bands = bandsOf(recording.acts, withAnswers(recording), load.ended);
  return {
    x,
    interval,
    versions: names.map((version) => ({
      version,
      perSecond: groups.map((group) => perSecond(sum(group.map(({ ok }) => ok[version] ?? 0)))),
    })),
    lost: groups.map((group) => perSecond(sum(group.map(({ losses }) => sum(Object.values(losses)))))),
    lossesByKind: Object.fromEntries(
      lossKinds
        .filter((kind) => load.losses[kind] > 0)
        .map((kind) => [
          kind,
          groups.map((group) => perSecond(sum(group.map(({ losses }) => losses[kind] ?? 0)))),
        ]),
    ),
    latency: { p50: latency('p50'), p99: latency('p99'), max: latency('max') },
    bands: bands.map(({ step, from, to }) => ({ step, from: round(seconds(from)), to: round(seconds(to)) })),
    usage: usageOn(x, interval, origin, recording.usage),
    losses: load.firstLosses.map((loss) => timed(loss, bands, seconds)),
  };
}

/** systemd takes a plain service for started before it listens: its start ends with its first good answer. */
function withAnswers({ events, load }: Recording): StepEvent[] {
  const answers = events
    .filter(({ step }) => step === 'started')
    .flatMap((event) => {
      const first = load.timeline.find(({ start, ok }) => start >= event.time && Object.keys(ok).length > 0);
      return first === undefined ? [] : [{ ...event, time: first.start, step: 'answers' }];
    });
  return [...events, ...answers].sort((a, b) => a.time - b.time);
}

/** One that timed out fell when it was due, any other when it was noticed. */
function timed(found: Loss, bands: readonly Band[], seconds: (time: number) => number): TimedLoss {
  const { loss, kind, address, detail, time, due } = found;
  const fell = loss === 'timed-out' ? due : time;
  return { at: round(seconds(fell)), step: stepAt(bands, fell), kind, address, loss, detail };
}

function usageOn(
  x: readonly number[],
  interval: number,
  origin: number,
  samples: readonly UsageSample[],
): Timeline['usage'] {
  const instances = [...new Set(samples.map(({ instance }) => instance))];
  return instances.map((instance) => {
    const own = samples.filter((sample) => sample.instance === instance);
    const memoryMB: (number | null)[] = x.map(() => null);
    const cpuPercent: (number | null)[] = x.map(() => null);
    for (const [i, sample] of own.entries()) {
      const slot = Math.floor((sample.time - origin) / 1000 / interval);
      const before = own[i - 1];
      if (slot < 0 || slot >= x.length) continue;
      const until = Math.min(x.length - 1, slot + Math.ceil(usageGap / interval));
      const next = own[i + 1];
      const last =
        next === undefined ? slot : Math.min(until, Math.floor((next.time - origin) / 1000 / interval) - 1);
      const used = before === undefined ? 0 : sample.cpuMs - before.cpuMs;
      const percent =
        before === undefined || used < 0
          ? null
          : round((100 * used) / Math.max(1, sample.time - before.time));
      for (let at = slot; at <= Math.max(slot, last); at++) {
        memoryMB[at] = round(sample.memoryBytes / 1e6);
        cpuPercent[at] = percent;
      }
    }
    return { instance, memoryMB, cpuPercent };
  });
}

/** A sample holds for as long as the next may take to come, in seconds. */
const usageGap = 1;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
