import { constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { LoopbackServer } from './loopback-server.ts';

/** What a server does with one request; `socket` is the connection below its session. */
export type Behaviour = (stream: ServerHttp2Stream, socket: Socket) => void;

const answer = (stream: ServerHttp2Stream, body = 'hello', headers = {}) => {
  // Its client may be gone.
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'x-version': '1.0', ...headers });
  stream.end(body);
};
const begin = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'content-length': '100' });
  stream.write('only a part');
};
const after = (ms: number, what: () => void) => setTimeout(what, ms);

export const behaviours = {
  ok: (stream) => answer(stream),
  late: (stream) => after(600, () => answer(stream)),
  never: () => {},
  halfAnAnswerForEver: (stream) => begin(stream),
  error500: (stream) => answer(stream, 'oops', { ':status': 500 }),
  notFound: (stream) => answer(stream, 'hello', { ':status': 404 }),
  wrongBody: (stream) => answer(stream, 'goodbye'),
  anotherLength: (stream) => answer(stream, 'hello', { 'content-length': '100' }),
  rstStream: (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  rstStreamWithin: (stream) => {
    begin(stream);
    after(10, () => stream.destroy(new Error('oops')));
  },
  cancel: (stream) => stream.close(constants.NGHTTP2_CANCEL),
  refusedStream: (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  reset: (_, socket) => socket.resetAndDestroy(),
  silentClose: (_, socket) => socket.destroy(),
  truncated: (stream, socket) => {
    begin(stream);
    after(10, () => socket.destroy());
  },
  /** Also one whose answer has no length, of which a part looks like the whole. */
  truncatedWithoutLength: (stream, socket) => {
    stream.respond({ ':status': 200 });
    stream.write('hello');
    after(10, () => socket.destroy());
  },
  goAwayWithError: (stream) => stream.session?.goaway(constants.NGHTTP2_INTERNAL_ERROR),
  /** Answers the last request after it has said goodbye. */
  goAway: (stream) => {
    stream.session?.close();
    after(20, () => answer(stream));
  },
  /** Says goodbye, and does not look at this request: its client has to send it again. */
  goAwayBefore: (stream) => {
    const { session } = stream;
    session?.goaway(constants.NGHTTP2_NO_ERROR, Number(stream.id) - 2);
    after(20, () => session?.destroy());
  },
  /** Says goodbye, and does not finish what it has taken. */
  goAwayAndClose: (stream, socket) => {
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, Number(stream.id));
    after(10, () => socket.end());
  },
} satisfies Record<string, Behaviour>;

/** By the number of the request, of the request within its session, and of the session. */
export type Behave = (request: number, inSession: number, session: number) => Behaviour;

/** An HTTP/2 server on loopback that does with each request, in the order of their coming, what it is told to. */
export class H2Server extends LoopbackServer {
  requests = 0;
  sessions = 0;

  private constructor(behave: Behave) {
    const server = createServer();
    super(server);
    let latest: Socket;
    // Before node:http2 has it, and makes a session of it.
    server.prependListener('connection', (socket: Socket) => {
      latest = socket;
    });
    server.on('sessionError', () => {});
    server.on('session', (session) => {
      const socket = latest;
      let inSession = 0;
      const number = this.sessions++;
      session.on('stream', (stream) => {
        stream.on('error', () => {});
        behave(this.requests++, inSession++, number)(stream, socket);
      });
    });
  }

  static start(behave: Behave, address?: string): Promise<H2Server> {
    return new H2Server(behave).listen(address);
  }
}
