import type { Target } from './connection.ts';
import { Http2Client } from './http2-client.ts';
import { KeepAliveClient } from './keep-alive-client.ts';
import type { LoadReport } from './load-report.ts';
import type { LoadSpec, RequestKind, RequestSpec } from './load-spec.ts';
import { Pace } from './pace.ts';
import { Clock, Recorder } from './recorder.ts';
import { makeRequest, type Request } from './request.ts';
import { sendAlone } from './single-requests.ts';
import { WebSocketClient } from './web-socket-client.ts';

/** After a loss, how long a place for long requests or downloads stays empty (ms): a dead server is not hammered. */
const pauseAfterLoss = 20;

/** Runs a load in this process, from when it is made. */
export class Generator {
  readonly #clock = new Clock();
  readonly #recorder = new Recorder(this.#clock);
  readonly #pace = new Pace(this.#clock);
  readonly #clients: Client[] = [];
  readonly #targets: readonly Target[];
  #stopping = false;
  #idle: () => void = () => {};
  readonly #ended = () => this.#idle();

  constructor(spec: LoadSpec) {
    const { port } = spec;
    this.#targets = [spec.address, spec.secondAddress ?? []].flat().map((address) => ({ address, port }));
    const { connections, keepAlive, long, downloads, webSockets, http2, saturate } = spec;
    const requests = (kind: RequestKind, part: RequestSpec, persistent: boolean) =>
      this.#targets.map((target) => makeRequest(spec, target, kind, part, persistent));
    if (connections) this.#connections(requests('connections', connections, false), connections.rate);
    if (keepAlive) {
      const ofTargets = requests('keepAlive', keepAlive, true);
      this.#atRate(keepAlive, (i) => {
        return new KeepAliveClient(turn(ofTargets, i), this.#recorder, this.#clock, this.#ended);
      });
    }
    if (long) this.#places(requests('long', long, false), long.inFlight, pauseAfterLoss);
    if (downloads) this.#places(requests('downloads', downloads, false), downloads.inFlight, pauseAfterLoss);
    if (webSockets) {
      this.#atRate(webSockets, (i) => {
        const target = turn(this.#targets, i);
        return new WebSocketClient(spec, target, webSockets, this.#recorder, this.#clock, this.#ended);
      });
    }
    if (http2) {
      const ofTargets = requests('http2', http2, true);
      this.#atRate(http2, (i) => {
        const request = turn(ofTargets, i);
        return new Http2Client(request, http2.path ?? '/', this.#recorder, this.#clock, this.#ended);
      });
    }
    if (saturate) {
      const { workers, keepAlive = false } = saturate;
      const ofTargets = requests('saturate', saturate, keepAlive);
      if (keepAlive) this.#workers(ofTargets, workers);
      else this.#places(ofTargets, workers, 0);
    }
    this.#pace.start();
  }

  mark(name: string): void {
    this.#recorder.mark(name);
  }

  snapshot(): LoadReport {
    return this.#recorder.report();
  }

  /** Sends nothing new, and resolves when every request has its outcome: at the latest when the last one times out. */
  async stop(): Promise<LoadReport> {
    this.#stopping = true;
    this.#pace.stop();
    for (const client of this.#clients) client.stop?.();
    await new Promise<void>((resolve) => {
      this.#idle = () => {
        if (this.#recorder.inFlight === 0) resolve();
      };
      this.#idle();
    });
    for (const client of this.#clients) client.close?.();
    return this.#recorder.report();
  }

  #connections(ofTargets: readonly Request[], rate: number): void {
    let count = 0;
    this.#pace.add(rate, 0, (due) => {
      sendAlone(turn(ofTargets, count++), this.#recorder, this.#clock, due, this.#ended);
    });
  }

  #atRate(part: { clients: number; rate: number }, make: (index: number) => Client): void {
    const { clients, rate } = part;
    for (let i = 0; i < clients; i++) {
      const client = make(i);
      this.#clients.push(client);
      // Spread over the interval, or all clients would send at once.
      if (rate > 0) this.#pace.add(rate, (i / clients) * (1000 / rate), (due) => client.due(due));
    }
  }

  /** So many places, each always taken by one request on a new connection. */
  #places(ofTargets: readonly Request[], count: number, pause: number): void {
    const take = (request: Request) => {
      if (this.#stopping) return;
      sendAlone(request, this.#recorder, this.#clock, this.#clock.now(), (ok) => {
        this.#idle();
        if (ok || pause === 0) setImmediate(take, request);
        else setTimeout(take, pause, request);
      });
    };
    for (let i = 0; i < count; i++) take(turn(ofTargets, i));
  }

  /** So many connections, each always with one request under way. */
  #workers(ofTargets: readonly Request[], count: number): void {
    for (let i = 0; i < count; i++) {
      const next = () => {
        if (this.#stopping) this.#idle();
        else client.due(this.#clock.now());
      };
      const client = new KeepAliveClient(turn(ofTargets, i), this.#recorder, this.#clock, next);
      this.#clients.push(client);
      client.due(this.#clock.now());
    }
  }
}

/** A client whose requests are due at a rate of its own. */
interface Client {
  due(time: number): void;
  /** Nothing more is due. */
  stop?(): void;
  /** Everything has its outcome. */
  close?(): void;
}

/** Each in its turn. */
function turn<T>(all: readonly T[], index: number): T {
  return all[index % all.length] as T;
}
