import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { unknownVersion } from './answer.ts';
import type { Target } from './connection.ts';
import { type LoadSpec, type LossKind, politeCloses, type WebSocketSpec } from './load-spec.ts';
import { lossOfError, sayError } from './network-loss.ts';
import type { Clock, Recorder, Sent } from './recorder.ts';
import { authorityOf, defaultTimeout, userAgent } from './request.ts';

/** After a loss, how long until the next WebSocket is opened (ms): a dead server is not hammered. */
const pauseAfterLoss = 20;
/** How long a server may take to end the connection once the close frames are exchanged (ms). */
const closeTimeout = 1_000;
/** How many messages that timed out are kept, so as not to take a late answer for another one's. */
const mostOverdue = 1_000;

interface Message {
  sent: Sent;
  text: string;
  timer: NodeJS.Timeout;
  /** It has its outcome. */
  over: boolean;
}

interface Loss {
  loss: LossKind;
  detail: string;
}

/**
 * A client that holds a WebSocket for the whole load, and sends messages on it that are to be answered. Where the server
 * closes it politely (`politeCloses`), the client opens the next one and goes on there: nothing is lost by that but the
 * messages that were sent and are unanswered. Any other end is a loss, of the WebSocket and of each such message.
 * Messages that are due while none is open are sent on the next one, as long as their time is not over.
 */
export class WebSocketClient {
  readonly #target: Target;
  readonly #path: string;
  readonly #timeout: number;
  readonly #versionHeader: string;
  readonly #says: NonNullable<WebSocketSpec['says']>;
  readonly #answer: RegExp | null;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #done: () => void;
  #held: HeldWebSocket | null = null;
  #waiting: Message[] = [];
  #unanswered: Message[] = [];
  #count = 0;
  #stopping = false;

  /** `done` is called at the end of each message, and of each WebSocket. */
  constructor(
    load: LoadSpec,
    target: Target,
    spec: WebSocketSpec,
    recorder: Recorder,
    clock: Clock,
    done: () => void,
  ) {
    this.#target = target;
    this.#path = spec.path ?? '/';
    this.#timeout = spec.timeout ?? defaultTimeout;
    this.#versionHeader = (spec.versionHeader ?? load.answer?.versionHeader ?? 'x-version').toLowerCase();
    this.#says = spec.says ?? 'echo';
    this.#answer = typeof this.#says === 'string' ? null : new RegExp(this.#says.answer);
    this.#recorder = recorder;
    this.#clock = clock;
    this.#done = done;
    this.#open();
  }

  due(time: number): void {
    const text = typeof this.#says === 'string' ? `mkdeb-load ${++this.#count}` : this.#says.message;
    const sent = this.#recorder.sent('messages', this.#target, time);
    const left = Math.max(1, this.#timeout - (this.#clock.now() - time));
    const message: Message = { sent, text, timer: setTimeout(() => this.#late(message), left), over: false };
    this.#waiting.push(message);
    this.#say();
  }

  /** Closes the WebSocket, once each message has its outcome. */
  stop(): void {
    this.#stopping = true;
    this.#endIfDone();
  }

  #open(): void {
    const sent = this.#recorder.sent('webSockets', this.#target, this.#clock.now());
    const held = new HeldWebSocket(this.#target, this.#path, this.#timeout, {
      opened: () => {
        sent.answered = this.#clock.now();
        this.#say();
        this.#endIfDone();
      },
      answered: (kind, text) => {
        if ((this.#says === 'ping') === (kind === 'pong')) this.#answered(text);
      },
      closed: (loss, polite) => {
        this.#held = null;
        if (loss === null) this.#good(sent, held);
        else this.#recorder.ended(sent, { ok: false, ...loss }, held.localPort);
        for (const message of this.#unanswered.splice(0))
          this.#lost(
            message,
            loss ?? { loss: 'cut-off', detail: `${polite}, and no answer` },
            held.localPort,
          );
        this.#done();
        if (this.#stopping && this.#waiting.length === 0) return;
        if (loss === null) {
          this.#recorder.reconnected('webSockets', this.#target);
          this.#open();
        } else setTimeout(() => this.#reopen(), pauseAfterLoss);
      },
    });
    this.#held = held;
  }

  #reopen(): void {
    if (!this.#stopping || this.#waiting.length > 0) this.#open();
  }

  #say(): void {
    const held = this.#held;
    if (held === null || !held.isOpen) return;
    for (const message of this.#waiting.splice(0)) {
      this.#unanswered.push(message);
      held.say(message.text, this.#says === 'ping' ? 'ping' : 'text');
    }
  }

  #answered(text: string): void {
    // Each has its own text, or they are answered in their order.
    const pattern = this.#answer;
    const own =
      pattern === null
        ? this.#unanswered.findIndex((message) => message.text === text)
        : pattern.test(text)
          ? 0
          : -1;
    // A pong that nobody asked for may come at any time (RFC 6455, 5.5.3); a text is meant for the oldest message.
    const meant = own >= 0 || this.#says === 'ping' ? own : this.#unanswered.findIndex(({ over }) => !over);
    const message = this.#unanswered[meant];
    if (message === undefined) return;
    this.#unanswered.splice(meant, 1);
    if (own >= 0) this.#answeredWell(message);
    else this.#wrong(message, text);
  }

  #answeredWell(message: Message): void {
    if (message.over) return;
    this.#over(message);
    this.#good(message.sent, this.#held as HeldWebSocket);
    this.#ended();
  }

  #good(sent: Sent, held: HeldWebSocket): void {
    const version = held.header(this.#versionHeader) ?? unknownVersion;
    this.#recorder.ended(sent, { ok: true, version }, held.localPort);
  }

  #wrong(message: Message, text: string): void {
    const detail = `message ${JSON.stringify(text.slice(0, 100))}`;
    this.#lost(message, { loss: 'wrong-answer', detail }, this.#held?.localPort ?? null);
    this.#ended();
  }

  #late(message: Message): void {
    const waiting = this.#waiting.indexOf(message);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    const how = waiting >= 0 ? 'no WebSocket to send it on' : 'no answer';
    const detail = `${how} after ${Math.round(this.#timeout)} ms`;
    this.#lost(message, { loss: 'timed-out', detail }, this.#held?.localPort ?? null);
    // A late answer is told by its text; where all have the same, the next one's is taken for it, and none is too many.
    if (this.#answer !== null) this.#unanswered = this.#unanswered.filter(({ over }) => !over);
    else if (this.#unanswered.length > mostOverdue && this.#unanswered[0]?.over) this.#unanswered.shift();
    this.#ended();
  }

  #lost(message: Message, loss: Loss, localPort: number | null): void {
    if (message.over) return;
    this.#over(message);
    this.#recorder.ended(message.sent, { ok: false, ...loss }, localPort);
  }

  #over(message: Message): void {
    message.over = true;
    clearTimeout(message.timer);
  }

  #ended(): void {
    this.#done();
    this.#endIfDone();
  }

  #endIfDone(): void {
    const left = this.#waiting.length > 0 || this.#unanswered.some(({ over }) => !over);
    if (this.#stopping && !left && this.#held?.isOpen) this.#held.close();
  }
}

interface Happenings {
  opened(): void;
  answered(kind: 'text' | 'pong', text: string): void;
  /** Once, at the end of it. `loss`: null where it ended politely, `polite` then says how. */
  closed(loss: Loss | null, polite: string): void;
}

/** One WebSocket, from its opening to its end, with the reason for that end. */
class HeldWebSocket {
  localPort: number | null = null;
  readonly #socket: Socket;
  readonly #webSocket: WebSocket;
  readonly #happenings: Happenings;
  readonly #timer: NodeJS.Timeout;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #wasOpen = false;
  /** What went wrong, where the close code does not say it. */
  #wrong: Loss | null = null;
  #ended = false;

  /** `timeout`, of the opening, in ms. */
  constructor(target: Target, path: string, timeout: number, happenings: Happenings) {
    this.#happenings = happenings;
    this.#socket = connect({ host: target.address, port: target.port, noDelay: true });
    this.#socket.on('connect', () => {
      this.localPort = this.#socket.localPort ?? null;
    });
    // ws itself tells a reset and a plain end alike.
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      // An error that ws itself destroys it with comes below.
      if (error.syscall === undefined) return;
      this.#wrong ??= { loss: lossOfError(error), detail: `${sayError(error)} with ${this.#state}` };
    });
    const options = {
      createConnection: () => this.#socket,
      headers: { 'User-Agent': userAgent },
      perMessageDeflate: false,
      closeTimeout,
    };
    this.#webSocket = new WebSocket(`ws://${authorityOf(target)}${path}`, options);
    this.#timer = setTimeout(() => {
      const how = this.#socket.connecting ? 'not connected' : 'not opened';
      this.#wrong ??= { loss: 'timed-out', detail: `${how} after ${Math.round(timeout)} ms` };
      this.#webSocket.terminate();
      this.#socket.destroy();
    }, timeout);
    this.#webSocket
      .on('upgrade', ({ headers }) => {
        this.#headers = headers;
      })
      .on('unexpected-response', (request, { statusCode = 0 }) => {
        const loss = statusCode >= 500 ? 'server-error' : 'wrong-answer';
        this.#wrong ??= { loss, detail: `status ${statusCode}` };
        request.destroy();
        this.#over(1006, '');
      })
      .on('open', () => {
        clearTimeout(this.#timer);
        this.#wasOpen = true;
        happenings.opened();
      })
      .on('message', (data) => happenings.answered('text', data.toString()))
      .on('pong', (data) => happenings.answered('pong', data.toString()))
      .on('error', (error: NodeJS.ErrnoException) => {
        // The end of a connection that has not answered is told as a reset.
        if (error.code === 'ECONNRESET' && this.#wrong === null && !this.#wasOpen)
          this.#wrong = { loss: 'cut-off', detail: `closed with ${this.#state}` };
        this.#wrong ??= { loss: 'wrong-answer', detail: error.message };
      })
      .on('close', (code, reason) => this.#over(code, reason.toString()));
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return value === undefined ? undefined : String(value);
  }

  say(text: string, how: 'ping' | 'text'): void {
    // What it can't write is told by the end of the connection.
    if (how === 'ping') this.#webSocket.ping(text, true, () => {});
    else this.#webSocket.send(text, () => {});
  }

  /** Closes it politely, which ends it well, whatever the server makes of it. */
  close(): void {
    this.#webSocket.close(1000);
    this.#over(1000, '');
  }

  get #state(): string {
    return this.#wasOpen ? 'the WebSocket open' : 'no answer';
  }

  #over(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    const said = `closed with ${code === 1005 ? 'no code' : code}${reason === '' ? '' : ` (${reason})`}`;
    if (this.#wasOpen && politeCloses.has(code)) this.#happenings.closed(null, said);
    else this.#happenings.closed(this.#wrong ?? lossOfClose(code, said), '');
  }
}

function lossOfClose(code: number, said: string): Loss {
  if (code === 1006) return { loss: 'cut-off', detail: 'closed without a close frame' };
  return { loss: code >= 1011 && code <= 1014 ? 'server-error' : 'wrong-answer', detail: said };
}
