import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

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
export class RawServer {
  readonly server: Server;
  requests = 0;
  connections = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(behave: (request: number, connection: number) => Behaviour) {
    this.server = createServer((socket) => {
      const connection = this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      let seen = '';
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1');
        if (!seen.includes('\r\n\r\n')) return;
        seen = '';
        behave(this.requests++, connection)(socket);
      });
    });
  }

  static async start(
    behave: (request: number, connection: number) => Behaviour,
    address = '127.0.0.1',
  ): Promise<RawServer> {
    const raw = new RawServer(behave);
    raw.server.listen(0, address);
    await once(raw.server, 'listening');
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }
}
