import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { LossKind } from '../../../src/load/load-spec.ts';
import { here, startLoad } from '../../../src/load/start-load.ts';
import { lossesOf, runLoad } from './run-load.ts';
import { EchoServer, openings, reactions } from './web-socket-server.ts';

let server: EchoServer | null = null;
afterEach(() => server?.stop());

/** Many that say little: what ends a WebSocket then ends one message, also where the machine is slow. */
const clients = { clients: 100, rate: 1, timeout: 3000 };

/** Runs the load until so many messages have come. */
async function run(messages: number, webSockets: typeof clients & { says?: 'ping' } = clients) {
  const { port } = server as EchoServer;
  return runLoad({ port, webSockets }, () => (server?.messages ?? 0) >= messages);
}

describe('WebSockets', () => {
  it('are held for the whole load, and each message is answered', async () => {
    server = await EchoServer.start();
    const report = await run(200);
    expect(report).toMatchObject({ lost: 0, reconnected: 0 });
    expect(server.openings).toBe(100);
    expect(report.byKind.webSockets).toMatchObject({ sent: 100, ok: 100 });
    expect(report.byKind.messages?.ok).toBe(server.messages);
    expect(report.byVersion).toEqual({ '1.0': expect.objectContaining({ ok: report.sent }) });
    // Of the opening, not of its whole life.
    expect(report.byKind.webSockets?.latency.max).toBeLessThan((report.ended - report.started) / 2);
  });

  it.each(['echoAndGoAway', 'echoAndRestart', 'echoAndClose', 'echoAndCloseWithoutCode'] as const)(
    'that the server closes politely (%s) are no loss, but opened again',
    async (polite) => {
      server = await EchoServer.start((n) => reactions[n < 50 && n % 5 === 0 ? polite : 'echo']);
      const report = await run(100);
      expect(report).toMatchObject({ lost: 0, reconnected: 10 });
      expect(server.openings).toBe(110);
    },
  );

  it.each([
    ['nothing', 'timed-out', 0],
    ['somethingElse', 'wrong-answer', 0],
    // Polite, but nobody answers the message any more.
    ['goAway', 'cut-off', 0],
    ['reset', 'reset', 10],
    ['silentClose', 'cut-off', 10],
    ['halfAFrame', 'cut-off', 10],
    ['noFrame', 'wrong-answer', 10],
    ['internalError', 'server-error', 10],
    ['notAllowed', 'wrong-answer', 10],
  ] as const)(
    'lose a message by %s, found as %s, and %d of themselves',
    async (reaction, loss, webSockets) => {
      server = await EchoServer.start((n) => reactions[n < 50 && n % 5 === 0 ? reaction : 'echo']);
      const report = await run(100);
      expect(lossesOf(report)).toEqual({ [loss]: 10 + webSockets });
      expect(report.byKind.messages?.lost).toBe(10);
      expect(report.byKind.webSockets?.lost).toBe(webSockets);
      expect(report.reconnected).toBe(reaction === 'goAway' ? 10 : 0);
      for (const found of report.firstLosses) expect(found.detail).not.toBe('');
    },
  );

  it('find all ways of losing at once, each in its number', async () => {
    const ways = ['nothing', 'somethingElse', 'reset', 'silentClose', 'internalError', 'goAway'] as const;
    server = await EchoServer.start((n) =>
      n < 60 && n % 2 === 0 ? reactions[ways[(n / 2) % ways.length] ?? 'echo'] : reactions.echo,
    );
    const report = await run(200);
    expect(lossesOf(report.byKind.messages as typeof report)).toEqual({
      'timed-out': 5,
      'wrong-answer': 5,
      reset: 5,
      'cut-off': 10,
      'server-error': 5,
    });
    expect(lossesOf(report.byKind.webSockets as typeof report)).toEqual({
      reset: 5,
      'cut-off': 5,
      'server-error': 5,
    });
    expect(report.reconnected).toBe(5);
  });

  const unopened: ReadonlyArray<readonly [keyof typeof openings, LossKind]> = [
    ['unavailable', 'server-error'],
    ['notFound', 'wrong-answer'],
    ['plainAnswer', 'wrong-answer'],
    ['wrongKey', 'wrong-answer'],
    ['notHttp', 'wrong-answer'],
    ['reset', 'reset'],
    ['silentClose', 'cut-off'],
    ['never', 'timed-out'],
  ];
  it.each(unopened)('that can’t be opened (%s) are found as %s, and tried again', async (opening, loss) => {
    server = await EchoServer.start(undefined, (n) => openings[n % 4 === 0 ? opening : 'ok']);
    const { port } = server;
    // Nothing to say: what is lost is the opening.
    const report = await runLoad(
      { port, webSockets: { clients: 8, rate: 0, timeout: 3000 } },
      () => (server?.openings ?? 0) >= 11,
    );
    // The first, fifth and ninth; in place of these three come the ninth, tenth and eleventh.
    expect(lossesOf(report)).toEqual({ [loss]: 3 });
    expect(report.byKind.webSockets).toMatchObject({ sent: 11, ok: 8 });
  });

  it('are refused where nobody listens, and messages wait for the next one until their time is over', async () => {
    server = await EchoServer.start();
    const { port } = server;
    const webSockets = { clients: 20, rate: 5, timeout: 500 };
    const load = await startLoad(here, { address: '127.0.0.1', port, webSockets });
    await sleep(300);
    await server.stop();
    await sleep(1000);
    const report = await load.stop();
    expect(report.byKind.webSockets?.losses.refused).toBeGreaterThan(20);
    expect(report.byKind.messages?.losses['timed-out']).toBeGreaterThan(20);
    expect(report.sent).toBe(report.ok + report.lost);
  });

  it('that open late send late, and the latency of a message counts from when it was due', async () => {
    server = await EchoServer.start(undefined, () => openings.after200ms);
    const report = await run(60, { clients: 10, rate: 20, timeout: 5000 });
    expect(report.lost).toBe(0);
    expect(report.byKind.messages?.latency.max).toBeGreaterThan(180);
    expect(report.byKind.webSockets?.latency.p50).toBeGreaterThan(190);
  });

  it('ask by pings, which any server answers', async () => {
    server = await EchoServer.start(() => reactions.nothing);
    const { port } = server;
    const load = await startLoad(here, {
      address: '127.0.0.1',
      port,
      webSockets: { ...clients, says: 'ping' },
    });
    await sleep(500);
    const report = await load.stop();
    expect(report.lost).toBe(0);
    expect(report.byKind.messages?.ok).toBeGreaterThan(30);
  });

  it('do not take a late answer for another message’s', async () => {
    server = await EchoServer.start((n) => reactions[n === 3 ? 'late' : 'echo']);
    const report = await run(20, { clients: 1, rate: 10, timeout: 500 });
    expect(lossesOf(report)).toEqual({ 'timed-out': 1 });
    expect(report.byKind.messages?.lost).toBe(1);
  });

  it('say what they are told to, and know the answer to it', async () => {
    server = await EchoServer.start((n) => (webSocket, text) => {
      if (n !== 5) webSocket.send(n === 7 ? 'what?' : `${text} yourself`);
    });
    const { port } = server;
    const says = { message: 'hello', answer: '^hello yourself$' };
    const report = await runLoad(
      { port, webSockets: { ...clients, says } },
      () => (server?.messages ?? 0) >= 50,
    );
    expect(lossesOf(report)).toEqual({ 'wrong-answer': 1, 'timed-out': 1 });
  });

  it('work on IPv6', async () => {
    server = await EchoServer.start(undefined, undefined, '::1');
    const { port } = server;
    const report = await runLoad(
      { address: '::1', port, webSockets: clients },
      () => (server?.messages ?? 0) >= 50,
    );
    expect(report).toMatchObject({ lost: 0, byAddress: { '::1': { sent: report.sent } } });
  });
});
