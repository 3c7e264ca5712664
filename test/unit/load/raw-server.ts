import { createServer, type Socket } from 'node:net';
import { LoopbackServer } from './loopback-server.ts';

/** What a server does with one request: whatever it likes with the socket. */
export type Behaviour = (socket: Socket) => void;

export const text = (body: string, headers = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;

export const behaviours = {
  ok: (socket) => socket.write(text('hello', 'X-Version: 1.0\r\n')),
  okAndClose: (socket) => socket.end(text('hello', 'X-Version: 1.0\r\nConnection: close\r\n')),
  /** Closes after an answer that did not say so. */
  okThenFin: (socket) => socket.end(text('hello', 'X-Version: 1.0\r\n')),
  reset: (socket) => socket.resetAndDestroy(),
  resetWithin: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part');
    setTimeout(() => socket.resetAndDestroy(), 10);
  },
  silentClose: (socket) => socket.end(),
  truncated: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part'),
  truncatedChunks: (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  never: () => {},
  halfAnAnswerForEver: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Le'),
  error500: (socket) => socket.write(text('oops', '', '500 Internal Server Error')),
  error503: (socket) => socket.write(text('later', '', '503 Service Unavailable')),
  notFound: (socket) => socket.write(text('hello', '', '404 Not Found')),
  wrongBody: (socket) => socket.write(text('goodbye')),
  notHttp: (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
} satisfies Record<string, Behaviour>;

/** A server on loopback that does with each request, in the order of their coming, what it is told to. */
export class RawServer extends LoopbackServer {
  requests = 0;
  connections = 0;

  private constructor(behave: (request: number, connection: number) => Behaviour) {
    const server = createServer((socket) => {
      const connection = this.connections++;
      let seen = '';
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1');
        if (!seen.includes('\r\n\r\n')) return;
        seen = '';
        behave(this.requests++, connection)(socket);
      });
    });
    super(server);
  }

  static start(
    behave: (request: number, connection: number) => Behaviour,
    address?: string,
  ): Promise<RawServer> {
    return new RawServer(behave).listen(address);
  }
}
