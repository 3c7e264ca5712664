import type { Outcome } from './answer.ts';
import type { Target } from './connection.ts';
import { Histogram, percentilesOf } from './histogram.ts';
import type { Bucket, LoadReport, Loss, Phase, Tally, VersionTally } from './load-report.ts';
import { type LossKind, lossKinds, type RequestKind } from './load-spec.ts';

const bucketLength = 100;
const keptLosses = 1_000;

/** Kinds whose latency says something about the server's, not about the request's own length. */
const quickKinds: ReadonlySet<RequestKind> = new Set([
  'connections',
  'keepAlive',
  'messages',
  'http2',
  'saturate',
]);

/** The one place that knows what time it is: ms since the load began, never set back, and the unix time of it. */
export class Clock {
  readonly #unixOrigin = performance.timeOrigin;
  now(): number {
    return performance.now();
  }
  unix(time: number): number {
    return Math.round(this.#unixOrigin + time);
  }
}

/** Counts of requests, with the latencies of the good ones. */
class Count {
  sent = 0;
  ok = 0;
  lost = 0;
  reconnected = 0;
  resent = 0;
  readonly losses = Object.fromEntries(lossKinds.map((loss) => [loss, 0])) as Record<LossKind, number>;
  readonly latency = new Histogram();

  tally(): Tally {
    const { sent, ok, lost, reconnected, resent } = this;
    const inFlight = sent - ok - lost;
    return {
      sent,
      ok,
      lost,
      inFlight,
      losses: { ...this.losses },
      reconnected,
      resent,
      latency: this.latency.percentiles(),
    };
  }
}

/** A count of all, and of each kind of request. */
class Counts {
  readonly all = new Count();
  readonly #byKind = new Map<RequestKind, Count>();

  of(kind: RequestKind): Count {
    let count = this.#byKind.get(kind);
    if (count === undefined) {
      count = new Count();
      this.#byKind.set(kind, count);
    }
    return count;
  }

  byKind(): Partial<Record<RequestKind, Tally>> {
    return Object.fromEntries([...this.#byKind].map(([kind, count]) => [kind, count.tally()]));
  }
}

interface Slice {
  sent: number;
  ok: Map<string, number>;
  losses: Map<LossKind, number>;
  /** Of good answers, in ms, as they came. */
  latencies: number[];
}

interface OpenPhase {
  name: string;
  started: number;
  counts: Counts;
  /** Where requests of a kind to a target are counted. */
  where: Map<Target, Map<RequestKind, readonly Count[]>>;
}

/** A request that was sent, and where what becomes of it is to be counted. */
export interface Sent {
  readonly kind: RequestKind;
  readonly address: string;
  readonly due: number;
  /** When it was answered, where it does not end with that. */
  answered: number | null;
  /** Of all, of its kind and of its address, and of all and of its kind in its phase. */
  readonly counts: readonly Count[];
  readonly slice: Slice;
}

/** Gathers what becomes of every request of a load. */
export class Recorder {
  readonly #clock: Clock;
  readonly #started: number;
  readonly #counts = new Counts();
  readonly #byAddress = new Map<string, Count>();
  readonly #phases: OpenPhase[] = [];
  readonly #versions = new Map<string, VersionTally>();
  readonly #slices: Slice[] = [];
  readonly #losses: Loss[] = [];
  readonly #behind = new Histogram();
  readonly #cpu = process.cpuUsage();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.now();
    this.mark('start');
  }

  /** Requests that have no outcome yet. */
  get inFlight(): number {
    const { sent, ok, lost } = this.#counts.all;
    return sent - ok - lost;
  }

  /** Requests that are due from now on belong to a new phase. */
  mark(name: string): void {
    const started = this.#phases.length === 0 ? this.#started : this.#clock.now();
    this.#phases.push({ name, started, counts: new Counts(), where: new Map() });
  }

  /** A request is sent now that was due at `due`. */
  sent(kind: RequestKind, target: Target, due: number): Sent {
    const counts = this.#where(kind, target, this.#phaseAt(due));
    const slice = this.#sliceAt(due);
    for (const count of counts) count.sent += 1;
    slice.sent += 1;
    this.#behind.add(this.#clock.now() - due);
    return { kind, address: target.address, due, answered: null, counts, slice };
  }

  ended(sent: Sent, outcome: Outcome, localPort: number | null): void {
    const now = this.#clock.now();
    if (outcome.ok) this.#good(sent, outcome.version, now);
    else this.#lost(sent, outcome.loss, outcome.detail, now, localPort);
  }

  reconnected(kind: RequestKind, target: Target): void {
    for (const count of this.#where(kind, target, this.#phases.at(-1) as OpenPhase)) count.reconnected += 1;
  }

  resent(sent: Sent): void {
    for (const count of sent.counts) count.resent += 1;
  }

  report(): LoadReport {
    const now = this.#clock.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      started: this.#clock.unix(this.#started),
      ended: this.#clock.unix(now),
      ...this.#counts.all.tally(),
      byKind: this.#counts.byKind(),
      byAddress: Object.fromEntries([...this.#byAddress].map(([address, count]) => [address, count.tally()])),
      byVersion: Object.fromEntries(this.#versions),
      phases: this.#phases.map(({ name, started, counts }): Phase => {
        return { name, started: this.#clock.unix(started), ...counts.all.tally(), byKind: counts.byKind() };
      }),
      firstLosses: this.#losses,
      timeline: [...this.#timeline()],
      behind: this.#behind.percentiles(),
      cpu: (user + system) / 1000 / (now - this.#started),
    };
  }

  #good(sent: Sent, version: string, now: number): void {
    const latency = (sent.answered ?? now) - sent.due;
    for (const count of sent.counts) {
      count.ok += 1;
      count.latency.add(latency);
    }
    const tally = this.#versions.get(version);
    const time = this.#clock.unix(now);
    if (tally === undefined) this.#versions.set(version, { ok: 1, first: time, last: time });
    else {
      tally.ok += 1;
      tally.last = time;
    }
    sent.slice.ok.set(version, (sent.slice.ok.get(version) ?? 0) + 1);
    if (quickKinds.has(sent.kind)) sent.slice.latencies.push(latency);
  }

  #lost(sent: Sent, loss: LossKind, detail: string, now: number, localPort: number | null): void {
    for (const count of sent.counts) {
      count.lost += 1;
      count.losses[loss] += 1;
    }
    sent.slice.losses.set(loss, (sent.slice.losses.get(loss) ?? 0) + 1);
    if (this.#losses.length < keptLosses) {
      const due = this.#clock.unix(sent.due);
      const { kind, address } = sent;
      this.#losses.push({ due, time: this.#clock.unix(now), loss, kind, address, localPort, detail });
    }
  }

  #where(kind: RequestKind, target: Target, phase: OpenPhase): readonly Count[] {
    const ofTarget = phase.where.get(target) ?? new Map<RequestKind, readonly Count[]>();
    phase.where.set(target, ofTarget);
    let counts = ofTarget.get(kind);
    if (counts === undefined) {
      const ofAddress = this.#byAddress.get(target.address) ?? new Count();
      this.#byAddress.set(target.address, ofAddress);
      const [all, phased] = [this.#counts, phase.counts];
      counts = [all.all, all.of(kind), ofAddress, phased.all, phased.of(kind)];
      ofTarget.set(kind, counts);
    }
    return counts;
  }

  /** By when a request was due, as a mark may be set while requests are being sent late. */
  #phaseAt(due: number): OpenPhase {
    for (let i = this.#phases.length - 1; i > 0; i--) {
      const phase = this.#phases[i] as OpenPhase;
      if (due >= phase.started) return phase;
    }
    return this.#phases[0] as OpenPhase;
  }

  #sliceAt(due: number): Slice {
    const index = Math.max(0, Math.floor((due - this.#started) / bucketLength));
    while (this.#slices.length <= index) {
      this.#slices.push({ sent: 0, ok: new Map(), losses: new Map(), latencies: [] });
    }
    return this.#slices[index] as Slice;
  }

  *#timeline(): Generator<Bucket> {
    for (const [index, slice] of this.#slices.entries()) {
      yield {
        start: this.#clock.unix(this.#started + index * bucketLength),
        sent: slice.sent,
        ok: Object.fromEntries(slice.ok),
        losses: Object.fromEntries(slice.losses),
        latency: percentilesOf(slice.latencies),
      };
    }
  }
}
