import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
} from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Outcome, Response } from './answer.ts';
import type { LossKind } from './load-spec.ts';
import { lossOfError, sayError } from './network-loss.ts';
import type { Clock, Recorder, Sent } from './recorder.ts';
import { authorityOf, type Request, userAgent } from './request.ts';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants;
/** How much of a body is kept to be looked at. */
const maxKept = 64 * 1024;

/**
 * A client with one HTTP/2 session, cleartext and by prior knowledge, for all its requests, which run side by side.
 *
 * What a GOAWAY without an error means is in RFC 9113 (6.8, 8.7): streams up to the one that it names go on, and what
 * becomes of them counts; those above it were not looked at, and any client sends them again, so this one does it too,
 * on a new session, until their time is over. A stream that is reset with REFUSED_STREAM and without a GOAWAY is lost:
 * a client may send it again, but need not. So is one that was under way when the connection ended, or when a GOAWAY
 * named an error. Where nothing was under way the end of a session loses nothing, however it came about.
 */
export class Http2Client {
  readonly #request: Request;
  readonly #headers: Record<string, string>;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #done: () => void;
  #session: Session | null = null;

  /** `path`: what it asks for. `done` is called at the end of each request. */
  constructor(request: Request, path: string, recorder: Recorder, clock: Clock, done: () => void) {
    this.#request = request;
    this.#headers = { ':path': path, 'user-agent': userAgent, accept: '*/*' };
    this.#recorder = recorder;
    this.#clock = clock;
    this.#done = done;
  }

  due(time: number): void {
    this.#send(this.#recorder.sent(this.#request.kind, this.#request.target, time));
  }

  close(): void {
    this.#session?.close();
  }

  #send(sent: Sent): void {
    const left = this.#request.timeout - (this.#clock.now() - sent.due);
    if (left <= 0) {
      this.#ended(sent, { ok: false, loss: 'timed-out', detail: 'due too long ago' }, null);
      return;
    }
    if (this.#session !== null && !this.#session.usable) {
      this.#session = null;
      this.#recorder.reconnected(this.#request.kind, this.#request.target);
    }
    this.#session ??= new Session(this.#request);
    const session = this.#session;
    session.send(this.#headers, left, (fate) => {
      if (fate === 'not looked at') {
        this.#recorder.resent(sent);
        this.#send(sent);
        return;
      }
      // After such a loss there is nothing to come back to; that is no reconnection by the server's leave.
      if (!fate.ok && !session.usable && !session.saidGoodbye && this.#session === session)
        this.#session = null;
      this.#ended(sent, fate, session.localPort);
    });
  }

  #ended(sent: Sent, outcome: Outcome, localPort: number | null): void {
    this.#recorder.ended(sent, outcome, localPort);
    this.#done();
  }
}

type Fate = Outcome | 'not looked at';

/** An HTTP/2 connection. Each request on it has exactly one fate. */
class Session {
  localPort: number | null = null;
  readonly #request: Request;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #goaway: { code: number; last: number } | null = null;
  /** How the connection ended; null: it has not. */
  #end: { loss: LossKind; detail: string } | null = null;
  /** Streams whose answer has not come whole. */
  readonly #open = new Set<ClientHttp2Stream>();
  readonly #cut = new WeakSet<ClientHttp2Stream>();
  #silent = false;

  constructor(request: Request) {
    const { address, port } = request.target;
    this.#request = request;
    this.#socket = connectTcp({ host: address, port, noDelay: true });
    this.#socket.on('connect', () => {
      this.localPort = this.#socket.localPort ?? null;
    });
    this.#socket.on('end', () => this.#over({ loss: 'cut-off', detail: 'closed' }));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#over({ loss: lossOfError(error), detail: sayError(error) });
    });
    this.#session = connectHttp2(`http://${authorityOf(request.target)}`, {
      createConnection: () => this.#socket,
    });
    this.#session.on('goaway', (code, last) => {
      // A server may say so twice, the second time with a lower number (RFC 9113, 6.8).
      this.#goaway = { code, last };
    });
    // Its streams tell what it means to them.
    this.#session.on('error', () => {});
  }

  /** May another request be sent? */
  get usable(): boolean {
    return !this.#silent && this.#end === null && !this.#session.closed && !this.#session.destroyed;
  }

  /** Has the server ended it as it should? */
  get saidGoodbye(): boolean {
    return this.#goaway?.code === NGHTTP2_NO_ERROR;
  }

  /** `timeout` in ms. */
  send(headers: Record<string, string>, timeout: number, done: (fate: Fate) => void): void {
    const { expected } = this.#request;
    const stream = this.#session.request(headers, { endStream: true });
    const response = new Http2Response(expected.keepsBody);
    const before = this.#socket.bytesRead;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      const how = this.#socket.connecting ? 'not connected' : received(response);
      // Nothing at all since it was sent: the connection itself may be dead, and the next request tries another.
      if (this.#socket.connecting || this.#socket.bytesRead === before) this.#silent = true;
      stream.close(NGHTTP2_CANCEL);
      done({ ok: false, loss: 'timed-out', detail: `${how} after ${Math.round(timeout)} ms` });
    }, timeout);
    let error: NodeJS.ErrnoException | null = null;
    this.#open.add(stream);
    stream.on('response', (headers) => response.begin(headers));
    stream.on('data', (chunk: Buffer) => response.take(chunk));
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      error = cause;
    });
    stream.on('close', () => {
      clearTimeout(timer);
      this.#open.delete(stream);
      if (late) return;
      const isWhole = stream.rstCode === NGHTTP2_NO_ERROR && error === null && !this.#cut.has(stream);
      if (isWhole && !response.isOfAnotherLength) done(expected.judge(response));
      else done(this.#fateOf(stream, error, response));
    });
  }

  close(): void {
    this.#session.destroy();
  }

  /**
   * The connection has ended. node:http2 hears of it after this, and may end streams as if their answers were whole; but
   * one whose last frame has come is closed by now.
   */
  #over(end: { loss: LossKind; detail: string }): void {
    this.#end ??= end;
    for (const stream of this.#open) if (!stream.closed) this.#cut.add(stream);
  }

  /** Of a stream that has not ended as streams should. */
  #fateOf(stream: ClientHttp2Stream, error: NodeJS.ErrnoException | null, response: Http2Response): Fate {
    if (this.saidGoodbye && (stream.id === undefined || stream.id > (this.#goaway?.last ?? 0)))
      return 'not looked at';
    const lost = (loss: LossKind, detail: string): Fate => ({
      ok: false,
      loss,
      detail: `${detail} with ${received(response)}`,
    });
    if (this.#goaway !== null && !this.saidGoodbye)
      return lost('reset', `GOAWAY ${nameOf(this.#goaway.code)}`);
    if (error?.code === 'ERR_HTTP2_ERROR') return lost('wrong-answer', 'no HTTP/2');
    if (this.#end !== null) return lost(this.#end.loss, this.#end.detail);
    const code = stream.rstCode ?? NGHTTP2_NO_ERROR;
    // nghttp2 itself says PROTOCOL_ERROR to such an answer.
    if ((code === NGHTTP2_PROTOCOL_ERROR || code === NGHTTP2_NO_ERROR) && response.isOfAnotherLength)
      return lost('wrong-answer', `content-length ${response.header('content-length')}`);
    return lost('reset', `RST_STREAM ${nameOf(code)}`);
  }
}

class Http2Response implements Response {
  readonly malformed = null;
  readonly endsWithConnection = false;
  status = 0;
  bodyBytes = 0;
  body = '';
  readonly #keepsBody: boolean;
  #headers: Readonly<Record<string, string | string[] | number | undefined>> = {};

  constructor(keepsBody: boolean) {
    this.#keepsBody = keepsBody;
  }

  begin(headers: Readonly<Record<string, string | string[] | number | undefined>>): void {
    this.status = Number(headers[':status']);
    this.#headers = headers;
  }

  take(chunk: Buffer): void {
    this.bodyBytes += chunk.length;
    if (this.#keepsBody && this.body.length < maxKept)
      this.body += chunk.toString('latin1', 0, maxKept - this.body.length);
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return value === undefined ? undefined : String(value);
  }

  get isOfAnotherLength(): boolean {
    const length = this.header('content-length');
    return length !== undefined && Number(length) !== this.bodyBytes;
  }
}

function received({ status, bodyBytes }: Response): string {
  return status === 0 ? 'no answer' : `status ${status} and ${bodyBytes} bytes of its body`;
}

/** `REFUSED_STREAM`, by its number (RFC 9113, 7). */
function nameOf(code: number): string {
  return errorNames[code] ?? `error ${code}`;
}

const errorNames = [
  ...[
    'NO_ERROR',
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'SETTINGS_TIMEOUT',
    'STREAM_CLOSED',
  ],
  ...[
    'FRAME_SIZE_ERROR',
    'REFUSED_STREAM',
    'CANCEL',
    'COMPRESSION_ERROR',
    'CONNECT_ERROR',
    'ENHANCE_YOUR_CALM',
  ],
  ...['INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
];
