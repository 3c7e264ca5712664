import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadReport } from '../../../src/load/load-report.ts';
import type { LoadSpec, LossKind } from '../../../src/load/load-spec.ts';
import { here, type Load, startLoad } from '../../../src/load/start-load.ts';
import { verdictOf } from '../../../src/rehearse/verdict.ts';
import { recordingOf } from '../rehearse/recordings.ts';
import { type Behaviour, behaviours, RawServer, text } from './raw-server.ts';

let server: RawServer | null = null;
let load: Load | null = null;

afterEach(async () => {
  load?.kill();
  await server?.stop();
});

async function start(
  spec: Omit<LoadSpec, 'address' | 'port'>,
  behave: (request: number, connection: number) => Behaviour,
) {
  server = await RawServer.start(behave);
  load = await startLoad(here, { address: '127.0.0.1', port: server.port, ...spec });
  return { server, load };
}

/** Runs a load until the server has seen so many requests, and some more. */
async function run(
  spec: Omit<LoadSpec, 'address' | 'port'>,
  requests: number,
  behave: (request: number, connection: number) => Behaviour,
): Promise<LoadReport> {
  const { server, load } = await start(spec, behave);
  await expect
    .poll(() => server.requests, { timeout: 20_000, interval: 20 })
    .toBeGreaterThanOrEqual(requests);
  const report = await load.stop();
  expect(report.sent).toBe(report.ok + report.lost);
  expect(report.inFlight).toBe(0);
  return report;
}

function losses(report: LoadReport): Partial<Record<LossKind, number>> {
  return Object.fromEntries(Object.entries(report.losses).filter(([, count]) => count > 0));
}

/** Each behaviour that loses a request, and as what the loss must be found. */
const bad: ReadonlyArray<readonly [name: keyof typeof behaviours, loss: LossKind]> = [
  ['reset', 'reset'],
  ['silentClose', 'cut-off'],
  ['truncated', 'cut-off'],
  ['truncatedChunks', 'cut-off'],
  ['never', 'timed-out'],
  ['halfAnAnswerForEver', 'timed-out'],
  ['error500', 'server-error'],
  ['error503', 'server-error'],
  ['notFound', 'wrong-answer'],
  ['wrongBody', 'wrong-answer'],
  ['notHttp', 'wrong-answer'],
];

const part = { timeout: 400, answer: { body: '^hello$' } };
const kinds = {
  connections: { connections: { ...part, rate: 400 } },
  keepAlive: { keepAlive: { ...part, clients: 20, rate: 20 } },
  long: { long: { ...part, inFlight: 10 } },
  saturate: { saturate: { ...part, workers: 10 } },
} satisfies Record<string, Omit<LoadSpec, 'address' | 'port'>>;

describe('a lost request', () => {
  it.each(bad)('that ends with %s is found, as %s', async (name, loss) => {
    // Every fifth of the first fifty.
    const report = await run(kinds.connections, 120, (n) => behaviours[n < 50 && n % 5 === 0 ? name : 'ok']);
    expect(losses(report)).toEqual({ [loss]: 10 });
    expect(report.firstLosses).toHaveLength(10);
    for (const found of report.firstLosses) {
      expect(found).toMatchObject({ loss, kind: 'connections' });
      expect(found.localPort).toBeGreaterThan(0);
      expect(found.detail).not.toBe('');
      expect(Math.abs(found.time - Date.now())).toBeLessThan(60_000);
    }
  });
});

describe.each(Object.entries(kinds))('%s', (kind, spec) => {
  it('find all ways of losing at once, each in its number', async () => {
    const report = await run(
      spec,
      150,
      (n) => behaviours[n < 55 ? (bad[n % bad.length]?.[0] ?? 'ok') : 'ok'],
    );
    expect(losses(report)).toEqual({
      reset: 5,
      'cut-off': 15,
      'timed-out': 10,
      'server-error': 10,
      'wrong-answer': 15,
    });
    const counted = report.timeline
      .flatMap((bucket) => Object.values(bucket.losses))
      .reduce((a, b) => a + b, 0);
    expect(counted).toBe(55);
    expect(report.byKind[kind as 'long']).toMatchObject({ lost: 55, sent: report.sent });
    expect(report.timeline.reduce((sum, bucket) => sum + bucket.sent, 0)).toBe(report.sent);
  });
});

describe('saturate with keepAlive', () => {
  const spec = { saturate: { ...part, workers: 10, keepAlive: true } };

  it('stays on its connections, always with one request under way on each', async () => {
    const report = await run(spec, 500, () => behaviours.ok);
    expect(report).toMatchObject({ lost: 0, reconnected: 0 });
    expect(server?.connections).toBe(10);
  });

  it('finds all ways of losing at once, each in its number', async () => {
    const report = await run(
      spec,
      150,
      (n) => behaviours[n < 55 ? (bad[n % bad.length]?.[0] ?? 'ok') : 'ok'],
    );
    expect(losses(report)).toEqual({
      ...{ reset: 5, 'cut-off': 15, 'timed-out': 10, 'server-error': 10, 'wrong-answer': 15 },
    });
  });
});

describe('a second address', () => {
  it('gets every other request, and what became of it is told of each', async () => {
    server = await RawServer.start((n) => behaviours[n % 2 === 0 ? 'ok' : 'error503'], '::');
    load = await startLoad(here, {
      ...{ address: '127.0.0.1', secondAddress: '::1', port: server.port },
      connections: { rate: 100 },
      keepAlive: { clients: 3, rate: 10 },
    });
    await sleep(500);
    const report = await load.stop();
    const { '127.0.0.1': four, '::1': six } = report.byAddress;
    expect((four?.sent ?? 0) + (six?.sent ?? 0)).toBe(report.sent);
    expect((four?.lost ?? 0) + (six?.lost ?? 0)).toBe(report.lost);
    expect(report.lost).toBe(Math.floor(report.sent / 2));
    // Two of the three kept connections, and half of the new ones.
    expect((four?.sent ?? 0) - (six?.sent ?? 0)).toBeGreaterThan(0);
    expect(six?.sent).toBeGreaterThan(20);
    expect(new Set(report.firstLosses.map(({ address }) => address))).toEqual(new Set(['127.0.0.1', '::1']));
  });
});

describe('a reset within an answer', () => {
  it('is a loss, found as a reset, or as cut off where it came together with the bytes before it', async () => {
    const report = await run(
      kinds.connections,
      120,
      (n) => behaviours[n < 50 && n % 5 === 0 ? 'resetWithin' : 'ok'],
    );
    expect(report.losses.reset + report.losses['cut-off']).toBe(10);
    expect(report.lost).toBe(10);
  });
});

describe('a closed port', () => {
  it('refuses, and that is found', async () => {
    const { server, load } = await start(
      { connections: { rate: 200 }, keepAlive: { clients: 4, rate: 10 } },
      () => behaviours.ok,
    );
    await sleep(300);
    await server.stop();
    await sleep(300);
    const report = await load.stop();
    expect(report.losses.refused).toBeGreaterThan(30);
    expect(report.byKind.keepAlive?.losses.refused).toBeGreaterThan(4);
    expect(report.lost).toBe(report.losses.refused + report.losses.reset + report.losses['cut-off']);
    expect(report.sent).toBe(report.ok + report.lost);
  });
});

describe('a keep-alive client', () => {
  it('stays on its connection as long as the server lets it', async () => {
    const report = await run({ keepAlive: { clients: 5, rate: 40 } }, 100, () => behaviours.ok);
    expect(report).toMatchObject({ lost: 0, reconnected: 0 });
    expect(server?.connections).toBe(5);
  });

  it('loses nothing by an answer that says Connection: close', async () => {
    const report = await run({ keepAlive: { clients: 5, rate: 40 } }, 200, (n) =>
      n % 10 === 0 ? behaviours.okAndClose : behaviours.ok,
    );
    expect(report.lost).toBe(0);
    expect(report.reconnected).toBe((server?.connections ?? 0) - 5);
    expect(report.reconnected).toBeGreaterThan(10);
  });

  it('loses nothing by a connection that closes while nothing is asked', async () => {
    const report = await run({ keepAlive: { clients: 10, rate: 4 } }, 60, () => behaviours.okThenFin);
    expect(report.lost).toBe(0);
    expect(report.reconnected).toBe((server?.connections ?? 0) - 10);
  });

  it('loses the request that it sends as the server closes, and does not quietly send it again', async () => {
    // A server that closes at the next request's first byte, as one does whose idle time is over at that moment.
    const report = await run({ keepAlive: { clients: 1, rate: 50 } }, 40, (n) =>
      n % 2 === 1 ? behaviours.silentClose : behaviours.ok,
    );
    expect(report.losses['cut-off']).toBe(report.lost);
    expect(report.lost).toBe(Math.floor(report.sent / 2));
    expect(report.sent).toBe(server?.requests);
    expect(report.reconnected).toBe(0);
  });
});

describe('a stall of the server', () => {
  it('shows in the latency of every request that was due in it', async () => {
    let stalledFrom = 0;
    const { load } = await start(
      { connections: { rate: 200 }, keepAlive: { clients: 4, rate: 25 } },
      () => (socket) => {
        const left = stalledFrom === 0 ? 0 : Math.max(0, stalledFrom + 500 - Date.now());
        setTimeout(() => behaviours.ok(socket), left);
      },
    );
    await sleep(500);
    await load.mark('stall');
    stalledFrom = Date.now();
    await sleep(480);
    await load.mark('after');
    await sleep(400);
    const report = await load.stop();
    const [before, stall, after] = report.phases;
    expect(report.lost).toBe(0);
    expect(before?.latency.p50).toBeLessThan(100);
    expect(after?.name).toBe('after');
    // All that is due in the stall waits for its end: from 500 ms down to almost nothing, half of it for 250.
    expect(stall?.sent).toBeGreaterThan(120);
    expect(stall?.latency.max).toBeGreaterThan(430);
    for (const kind of ['connections', 'keepAlive'] as const) {
      const p50 = stall?.byKind[kind]?.latency.p50 ?? 0;
      expect(p50, kind).toBeGreaterThan(180);
      expect(p50, kind).toBeLessThan(450);
    }
    const worst = report.timeline.reduce((a, b) => (b.latency.p50 > a.latency.p50 ? b : a));
    expect(Math.abs(worst.start - stalledFrom)).toBeLessThan(300);
  });

  it('does not slow the arrival of new requests', async () => {
    const { server, load } = await start(
      { connections: { rate: 200, timeout: 2000 } },
      () => behaviours.never,
    );
    const began = performance.now();
    await sleep(1000);
    const seconds = (performance.now() - began) / 1000;
    expect(server.requests).toBeGreaterThan(180);
    expect(server.requests).toBeLessThan(200 * seconds + 30);
    const report = await load.stop();
    expect(report.losses['timed-out']).toBe(report.sent);
  });
});

describe('a report', () => {
  it('says which version answered, and when', async () => {
    const answer =
      (version: string): Behaviour =>
      (socket) =>
        socket.write(text('hello', `X-Version: ${version}\r\n`));
    const report = await run({ connections: { rate: 200 } }, 100, (n) => answer(n < 50 ? '1.0' : '1.1'));
    expect(report.byVersion['1.0']?.ok).toBe(50);
    expect(report.byVersion['1.1']?.ok).toBe(report.sent - 50);
    expect(report.byVersion['1.0']?.last).toBeLessThanOrEqual((report.byVersion['1.1']?.first ?? 0) + 20);
    expect(report.timeline[0]?.ok).toEqual({ '1.0': expect.any(Number) });
  });

  it('finds the version in the body where it is told to', async () => {
    const spec = { saturate: { workers: 2, answer: { versionInBody: 'version ([0-9.]+)' } } };
    const report = await run(spec, 20, () => (socket) => socket.write(text('{"version 2.5"}')));
    expect(Object.keys(report.byVersion)).toEqual(['2.5']);
  });

  it('checks the size of a download without keeping it', async () => {
    const big = 'x'.repeat(3_000_000);
    const spec = { downloads: { inFlight: 3, bytes: big.length } };
    const report = await run(spec, 20, (n) => (socket) => socket.write(text(n === 7 ? big.slice(1) : big)));
    expect(losses(report)).toEqual({ 'wrong-answer': 1 });
    expect(report.firstLosses[0]?.detail).toBe('2999999 bytes in place of 3000000');
  });

  it('takes no download for whole whose end nothing tells but the end of the connection', async () => {
    const report = await run({ downloads: { inFlight: 3 } }, 20, (n) => (socket) => {
      if (n === 7) socket.end('HTTP/1.1 200 OK\r\n\r\nall, or a part of it');
      else behaviours[n === 9 ? 'truncated' : 'ok'](socket);
    });
    expect(losses(report)).toEqual({ 'wrong-answer': 1, 'cut-off': 1 });
  });

  it('keeps so many long requests in flight', async () => {
    let open = 0;
    let most = 0;
    const { load } = await start({ long: { inFlight: 7 } }, () => (socket) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        behaviours.ok(socket);
      }, 100);
    });
    await sleep(600);
    const snapshot = await load.snapshot();
    expect(snapshot.inFlight).toBe(7);
    const report = await load.stop();
    expect(most).toBe(7);
    expect(report.ok).toBeGreaterThan(28);
    expect(report.byKind.long?.latency.p50).toBeGreaterThan(98);
  });

  it('works on IPv6', async () => {
    server = await RawServer.start(() => behaviours.ok, '::1');
    load = await startLoad(here, { address: '::1', port: server.port, connections: { rate: 100 } });
    await sleep(300);
    expect(await load.stop()).toMatchObject({ lost: 0 });
  });
});

describe('the generator', () => {
  it('sustains 1,000 connections a second, 50 keep-alive clients and 20 long requests', async () => {
    const { load } = await start(
      { connections: { rate: 1000 }, keepAlive: { clients: 50, rate: 10 }, long: { inFlight: 20 } },
      (_, connection) => (socket) =>
        connection < 20 ? setTimeout(() => behaviours.ok(socket), 300) : behaviours.ok(socket),
    );
    await sleep(2000);
    const report = await load.stop();
    expect(report.lost).toBe(0);
    expect(report.byKind.connections?.sent).toBeGreaterThan(1900);
  });

  it('says that it is itself the bottleneck where it is asked for more than it can do', async () => {
    const { load } = await start({ connections: { rate: 50_000, timeout: 3000 } }, () => behaviours.ok);
    await sleep(500);
    const report = await load.stop();
    expect(report.sent).toBe(report.ok + report.lost);
    expect(report.behind.p99).toBeGreaterThan(50);
    const { doubts } = verdictOf(recordingOf({ load: report }));
    expect(doubts[0]).toContain('the load generator was itself late');
  });

  it('gives every request its outcome, however many wait for their turn', async () => {
    const { load } = await start(
      { keepAlive: { clients: 2, rate: 20_000, timeout: 500 } },
      () => behaviours.never,
    );
    await sleep(700);
    const report = await load.stop();
    expect(report.sent).toBeGreaterThan(20_000);
    expect(report.losses['timed-out']).toBe(report.sent);
  });

  it('says why it cannot start', async () => {
    await expect(startLoad(here, { address: 'localhost', port: 80 })).rejects.toThrow(
      'not an IP address: "localhost"',
    );
    const nowhere = { fromClient: (argv: readonly string[]) => ['/no/such/program', ...argv] };
    await expect(startLoad(nowhere, { address: '127.0.0.1', port: 80 })).rejects.toThrow('ENOENT');
  });

  it('ends with the process that started it, and when it is killed', async () => {
    const { load } = await start({ connections: { rate: 10 } }, () => behaviours.ok);
    load.kill();
    await expect(load.snapshot()).rejects.toThrow('the load generator ended');
  });
});
