import type { Target } from './connection.ts';
import { KeepAliveClient } from './keep-alive-client.ts';
import type { LoadReport } from './load-report.ts';
import type { LoadSpec } from './load-spec.ts';
import { Pace } from './pace.ts';
import { Clock, Recorder } from './recorder.ts';
import { makeRequest, type Request } from './request.ts';
import { sendAlone } from './single-requests.ts';

/** After a loss, how long a place for long requests or downloads stays empty (ms): a dead server is not hammered. */
const pauseAfterLoss = 20;

/** Runs a load in this process, from when it is made. */
export class Generator {
  readonly #clock = new Clock();
  readonly #recorder = new Recorder(this.#clock);
  readonly #pace = new Pace(this.#clock);
  readonly #clients: KeepAliveClient[] = [];
  readonly #target: Target;
  #stopping = false;
  #idle: () => void = () => {};

  constructor(spec: LoadSpec) {
    this.#target = { address: spec.address, port: spec.port };
    const { connections, keepAlive, long, downloads, saturate } = spec;
    if (connections)
      this.#connections(makeRequest(spec, 'connections', connections, false), connections.rate);
    if (keepAlive)
      this.#keepAlive(makeRequest(spec, 'keepAlive', keepAlive, true), keepAlive.clients, keepAlive.rate);
    if (long) this.#places(makeRequest(spec, 'long', long, false), long.inFlight, pauseAfterLoss);
    if (downloads)
      this.#places(makeRequest(spec, 'downloads', downloads, false), downloads.inFlight, pauseAfterLoss);
    if (saturate) this.#places(makeRequest(spec, 'saturate', saturate, false), saturate.workers, 0);
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
    await new Promise<void>((resolve) => {
      this.#idle = () => {
        if (this.#recorder.inFlight === 0) resolve();
      };
      this.#idle();
    });
    for (const client of this.#clients) client.close();
    return this.#recorder.report();
  }

  #connections(request: Request, rate: number): void {
    this.#pace.add(rate, 0, (due) => {
      sendAlone(this.#target, request, this.#recorder, this.#clock, due, () => this.#idle());
    });
  }

  #keepAlive(request: Request, clients: number, rate: number): void {
    for (let i = 0; i < clients; i++) {
      const client = new KeepAliveClient(this.#target, request, this.#recorder, this.#clock, () =>
        this.#idle(),
      );
      this.#clients.push(client);
      // Spread over the interval, or all clients would send at once.
      this.#pace.add(rate, (i / clients) * (1000 / rate), (due) => client.due(due));
    }
  }

  /** So many places, each always taken by one request. */
  #places(request: Request, count: number, pause: number): void {
    const take = () => {
      if (this.#stopping) return;
      sendAlone(this.#target, request, this.#recorder, this.#clock, this.#clock.now(), (ok) => {
        this.#idle();
        if (ok || pause === 0) setImmediate(take);
        else setTimeout(take, pause);
      });
    };
    for (let i = 0; i < count; i++) take();
  }
}
