import type { Outcome } from './answer.ts';
import { Connection } from './connection.ts';
import type { Clock, Recorder, Sent } from './recorder.ts';
import type { Request } from './request.ts';

/**
 * A client with one connection for all its requests. Where the server has closed it between two of them, the next one
 * goes on a new one. A request that was written to a connection which then closes is lost: a client cannot know
 * whether the server has acted on it, so it must not simply send it again.
 */
export class KeepAliveClient {
  readonly #request: Request;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #done: () => void;
  readonly #waiting: Sent[] = [];
  #connection: Connection | null = null;
  #busy = false;

  /** `done` is called at the end of each request, and may have the next one be due. */
  constructor(request: Request, recorder: Recorder, clock: Clock, done: () => void) {
    this.#request = request;
    this.#recorder = recorder;
    this.#clock = clock;
    this.#done = done;
  }

  due(time: number): void {
    this.#waiting.push(this.#recorder.sent(this.#request.kind, this.#request.target, time));
    if (!this.#busy) this.#next();
  }

  close(): void {
    this.#connection?.close();
  }

  #next(): void {
    for (let sent = this.#waiting.shift(); sent !== undefined; sent = this.#waiting.shift()) {
      this.#busy = true;
      const left = this.#request.timeout - (this.#clock.now() - sent.due);
      if (left > 0) {
        this.#send(sent, left);
        return;
      }
      const detail = 'its turn on the connection did not come';
      this.#ended(sent, { ok: false, loss: 'timed-out', detail }, this.#connection?.localPort ?? null);
    }
    this.#busy = false;
  }

  #send(sent: Sent, left: number): void {
    if (this.#connection !== null && !this.#connection.usable) {
      this.#connection = null;
      this.#recorder.reconnected(this.#request.kind, this.#request.target);
    }
    this.#connection ??= new Connection(this.#request.target);
    const connection = this.#connection;
    connection.request(this.#request.bytes, this.#request.expected, left, (outcome) => {
      // After a loss there is nothing to come back to; that is no reconnection by the server's leave.
      if (!outcome.ok && !connection.usable) this.#connection = null;
      this.#ended(sent, outcome, connection.localPort);
      this.#next();
    });
  }

  #ended(sent: Sent, outcome: Outcome, localPort: number | null): void {
    this.#recorder.ended(sent, outcome, localPort);
    this.#done();
  }
}
