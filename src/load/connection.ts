import { connect, type Socket } from 'node:net';
import type { ExpectedAnswer, Outcome } from './answer.ts';
import type { LossKind } from './load-spec.ts';
import { lossOfError, sayError } from './network-loss.ts';
import { ResponseParser } from './response-parser.ts';

export interface Target {
  address: string;
  port: number;
}

interface Exchange {
  expected: ExpectedAnswer;
  response: ResponseParser;
  timer: NodeJS.Timeout;
  done: (outcome: Outcome) => void;
}

/**
 * One TCP connection, for one request at a time. It never tries anything again: each request has exactly one
 * outcome, that of the bytes that came on this connection.
 */
export class Connection {
  /** May another request be sent? False once either side has closed, or said that it will. */
  usable = true;
  localPort: number | null = null;
  readonly #socket: Socket;
  #exchange: Exchange | null = null;

  constructor(target: Target) {
    this.#socket = connect({ host: target.address, port: target.port, noDelay: true });
    this.#socket.on('connect', () => {
      this.localPort = this.#socket.localPort ?? null;
    });
    this.#socket.on('data', (chunk) => this.#data(chunk));
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#error(error));
  }

  /** Sends a request, also before the connection is made. `done` is called once; `timeout` in ms. */
  request(bytes: Buffer, expected: ExpectedAnswer, timeout: number, done: (outcome: Outcome) => void): void {
    if (this.#exchange !== null) throw new Error('one request at a time');
    const response = new ResponseParser(expected.keepsBody);
    const timer = setTimeout(() => {
      const how = this.#socket.connecting ? 'not connected' : received(response);
      this.#fail('timed-out', `${how} after ${Math.round(timeout)} ms`);
    }, timeout);
    this.#exchange = { expected, response, timer, done };
    this.#socket.write(bytes);
  }

  close(): void {
    this.usable = false;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    if (this.#exchange === null) {
      // Nobody asked for it. What comes next on this connection cannot be told apart from it.
      this.close();
      return;
    }
    const { response } = this.#exchange;
    response.feed(chunk);
    if (response.complete || response.malformed !== null) this.#judge();
  }

  #end(): void {
    this.usable = false;
    if (this.#exchange === null) return;
    const { response } = this.#exchange;
    if (response.end()) this.#judge();
    else this.#fail('cut-off', `closed with ${received(response)}`);
  }

  #error(error: NodeJS.ErrnoException): void {
    this.usable = false;
    if (this.#exchange === null) return;
    this.#fail(lossOfError(error), `${sayError(error)} with ${received(this.#exchange.response)}`);
  }

  #judge(): void {
    if (this.#exchange === null) return;
    const { expected, response } = this.#exchange;
    if (response.closes || response.malformed !== null) this.close();
    this.#finish(expected.judge(response));
  }

  #fail(loss: LossKind, detail: string): void {
    this.close();
    this.#finish({ ok: false, loss, detail });
  }

  #finish(outcome: Outcome): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#exchange = null;
    clearTimeout(exchange.timer);
    exchange.done(outcome);
  }
}

function received(response: ResponseParser): string {
  if (response.bytes === 0) return 'no answer';
  return `${response.bytes} bytes of an answer`;
}
