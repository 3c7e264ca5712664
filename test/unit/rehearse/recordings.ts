import type { Bucket, LoadReport, Loss, Percentiles, Tally } from '../../../src/load/load-report.ts';
import { type LossKind, lossKinds } from '../../../src/load/load-spec.ts';
import type { ActRecord, PackageFacts, Recording, StepEvent } from '../../../src/rehearse/recording.ts';

/** When the load of every recording here began (unix ms). */
export const origin = Date.UTC(2026, 0, 2, 3, 4, 5);

const percentiles = (p50: number): Percentiles => ({
  p50,
  p90: p50 * 1.5,
  p99: p50 * 3,
  p999: p50 * 4,
  max: p50 * 6,
});

const packageFacts = (version: string): PackageFacts => ({
  name: 'hello',
  version,
  handoff: 'reuseport',
  port: 8080,
  size: 23_456,
});

/** An upgrade at 3 s of a load of 10 s with 20 requests in each 100 ms; the switch is at 4.5 s. */
export function recordingOf(
  over: Partial<Recording> & { lostAt?: readonly number[]; lossKind?: LossKind } = {},
): Recording {
  const { lostAt = [], lossKind = 'refused', ...rest } = over;
  const timeline: Bucket[] = Array.from({ length: 100 }, (_, i) => {
    const lost = lostAt.filter((at) => Math.floor(at * 10) === i).length;
    return {
      start: origin + i * 100,
      sent: 20,
      ok: { [i < 45 ? '1.0.0' : '1.1.0']: 20 - lost },
      losses: lost > 0 ? { [lossKind]: lost } : {},
      latency: percentiles(1 + (i % 7) / 10),
    };
  });
  const firstLosses: Loss[] = lostAt.map((at) => ({
    due: origin + at * 1000 - 1,
    time: origin + at * 1000,
    loss: lossKind,
    kind: 'connections',
    address: '192.0.2.1',
    localPort: null,
    detail: 'connect ECONNREFUSED with no answer <b>',
  }));
  const ok = 2_000 - lostAt.length;
  const tally: Tally = {
    sent: 2_000,
    ok,
    lost: lostAt.length,
    inFlight: 0,
    losses: {
      ...(Object.fromEntries(lossKinds.map((kind) => [kind, 0])) as Record<LossKind, number>),
      [lossKind]: lostAt.length,
    },
    reconnected: 10,
    resent: 0,
    latency: percentiles(1.3),
  };
  const load: LoadReport = {
    ...tally,
    started: origin,
    ended: origin + 10_000,
    byKind: { connections: tally },
    byAddress: { '192.0.2.1': tally },
    byVersion: {
      '1.0.0': { ok: 900, first: origin, last: origin + 4_500 },
      '1.1.0': { ok: ok - 900, first: origin + 4_500, last: origin + 10_000 },
    },
    phases: [],
    firstLosses,
    timeline,
    behind: percentiles(0.3),
    cpu: 0.1,
  };
  return {
    packages: { old: packageFacts('1.0.0'), new: packageFacts('1.1.0'), bad: null },
    style: 'handoff',
    host: {
      os: 'Debian 12',
      systemd: '252',
      dpkg: '1.21.22',
      kernel: '6.1.0',
      cpu: 'A Processor',
      cores: 2,
      memoryBytes: 8e9,
      clock: { ahead: 0, moved: 0 },
    },
    load,
    asked: '200 new connections a second, GET /',
    acts: [upgradeAct()],
    events: story(),
    usage: Array.from({ length: 36 }, (_, i) => ({
      time: origin + i * 250,
      instance: i < 20 ? '1.0.0' : '1.1.0',
      memoryBytes: 50e6 + i * 1e5,
      cpuMs: i * 20,
    })),
    checks: [],
    command: 'mkdeb rehearse old new',
    ...rest,
  };
}

export function upgradeAct(over: Partial<ActRecord> = {}): ActRecord {
  return {
    act: { do: 'upgrade', to: 'new' },
    title: 'upgrade to 1.1.0',
    started: origin + 3_000,
    ended: origin + 5_000,
    said: 'hello: 0.01 s gate: clients stay',
    failure: null,
    ...over,
  };
}

/** The journal's events of an upgrade, in seconds since the load began. */
export function story(): StepEvent[] {
  const at = (seconds: number, step: string): StepEvent => ({
    time: origin + seconds * 1000,
    step,
    from: '1.0.0',
    text: `${step}, told`,
    warning: false,
  });
  return [
    at(3.5, 'gate'),
    at(3.6, 'start'),
    at(4.4, 'ready'),
    at(4.5, 'switch'),
    at(5.5, 'drain'),
    at(5.8, 'retire'),
  ];
}
