import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { here, startLoad } from '../../../src/load/start-load.ts';
import { type Behave, behaviours, H2Server } from './http2-server.ts';
import { RawServer, behaviours as rawBehaviours } from './raw-server.ts';
import { lossesOf, runLoad } from './run-load.ts';

let server: H2Server | RawServer | null = null;
afterEach(() => server?.stop());

/** Many that ask little: what ends a session then ends one request, also where the machine is slow. */
const clients = { clients: 100, rate: 1, timeout: 3000, answer: { body: '^hello$' } };

async function run(requests: number, behave: Behave, http2: typeof clients = clients) {
  const started = await H2Server.start(behave);
  server = started;
  return runLoad({ port: started.port, http2 }, () => started.requests >= requests);
}

describe('HTTP/2', () => {
  it('is spoken on one session for each client, on which requests go side by side', async () => {
    const report = await run(100, (n) => behaviours[n % 2 === 0 ? 'late' : 'ok'], {
      ...{ clients: 5, rate: 40, timeout: 5000, answer: { body: '^hello$' } },
    });
    expect(report).toMatchObject({ lost: 0, reconnected: 0, resent: 0 });
    expect((server as H2Server).sessions).toBe(5);
    expect(report.sent).toBe(server?.requests);
    expect(report.byKind.http2?.ok).toBe(report.sent);
    expect(report.byVersion['1.0']?.ok).toBe(report.sent);
    expect(report.latency.p90).toBeGreaterThan(590);
  });

  it.each([
    ['never', 'timed-out'],
    ['halfAnAnswerForEver', 'timed-out'],
    ['error500', 'server-error'],
    ['notFound', 'wrong-answer'],
    ['wrongBody', 'wrong-answer'],
    ['anotherLength', 'wrong-answer'],
    ['rstStream', 'reset'],
    ['rstStreamWithin', 'reset'],
    ['cancel', 'reset'],
    ['refusedStream', 'reset'],
    ['goAwayWithError', 'reset'],
    ['reset', 'reset'],
    ['silentClose', 'cut-off'],
    ['truncated', 'cut-off'],
    ['truncatedWithoutLength', 'cut-off'],
    ['goAwayAndClose', 'cut-off'],
  ] as const)('loses a request by %s, found as %s', async (name, loss) => {
    // Of every tenth client the second request: what comes along with a session's beginning is not mixed up with it.
    const report = await run(
      250,
      (_, inSession, session) =>
        behaviours[inSession === 1 && session < 100 && session % 10 === 0 ? name : 'ok'],
    );
    expect(lossesOf(report)).toEqual({ [loss]: 10 });
    for (const found of report.firstLosses) {
      expect(found).toMatchObject({ loss, kind: 'http2' });
      expect(found.localPort).toBeGreaterThan(0);
    }
    expect(report.resent).toBe(0);
  });

  it('finds all ways of losing at once, each in its number', async () => {
    const ways = ['never', 'error500', 'wrongBody', 'rstStream', 'reset', 'silentClose', 'goAway'] as const;
    const report = await run(
      250,
      (_, inSession, session) =>
        behaviours[inSession === 1 && session < 35 ? (ways[session % ways.length] ?? 'ok') : 'ok'],
    );
    expect(lossesOf(report)).toEqual({
      ...{ 'timed-out': 5, 'server-error': 5, 'wrong-answer': 5, reset: 10, 'cut-off': 5 },
    });
  });

  it('loses nothing by a GOAWAY: what runs finishes, what comes then goes on a new session', async () => {
    const report = await run(100, (_, inSession) => behaviours[inSession === 9 ? 'goAway' : 'ok'], {
      ...{ clients: 5, rate: 20, timeout: 5000, answer: { body: '^hello$' } },
    });
    // What is asked while the GOAWAY is on its way is sent again: how much, the machine decides.
    expect(report.lost).toBe(0);
    expect(report.reconnected).toBe((server as H2Server).sessions - 5);
    expect(report.reconnected).toBeGreaterThan(4);
  });

  it('sends again what a GOAWAY says was not looked at, as one request', async () => {
    // The second one of each session is above what the GOAWAY names.
    const report = await run(
      250,
      (n, inSession) => behaviours[n < 200 && inSession === 1 ? 'goAwayBefore' : 'ok'],
    );
    expect(lossesOf(report)).toEqual({});
    expect(report.resent).toBeGreaterThan(40);
    expect(report.sent).toBe((server as H2Server).requests - report.resent);
    expect(report.reconnected).toBe((server as H2Server).sessions - 100);
  });

  it('loses nothing by a session that ends while nothing is asked', async () => {
    const report = await run(250, (n) => (stream, socket) => {
      behaviours.ok(stream);
      if (n % 5 === 0) setTimeout(() => socket.destroy(), 50);
    });
    expect(report.lost).toBe(0);
    expect(report.reconnected).toBe((server as H2Server).sessions - 100);
    expect(report.reconnected).toBeGreaterThan(10);
  });

  it('tries another connection where one has gone silent', async () => {
    const report = await run(
      40,
      (n) => (stream, socket) => {
        // All later requests on this connection are not even read.
        if (n === 5) socket.pause();
        else behaviours.ok(stream);
      },
      { ...{ clients: 1, rate: 20, timeout: 600, answer: { body: '^hello$' } } },
    );
    expect(lossesOf(report)['timed-out']).toBe(report.lost);
    expect(report.lost).toBeGreaterThan(0);
    expect(report.lost).toBeLessThan(30);
    expect(report.ok).toBeGreaterThan(30);
  });

  it('is not what an HTTP/1.1 server answers', async () => {
    const raw = await RawServer.start(() => rawBehaviours.ok);
    server = raw;
    const report = await runLoad({ port: raw.port, http2: clients }, () => raw.requests >= 20);
    expect(report.ok).toBe(0);
    expect(report.losses['wrong-answer']).toBe(report.sent);
  });

  it('is refused where nobody listens', async () => {
    const started = await H2Server.start(() => behaviours.ok);
    await started.stop();
    const load = await startLoad(here, { address: '127.0.0.1', port: 1, http2: clients });
    await sleep(300);
    const report = await load.stop();
    expect(report.losses.refused).toBe(report.sent);
    expect(report.sent).toBeGreaterThan(10);
  });
});
