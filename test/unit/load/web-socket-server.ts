import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { LoopbackServer } from './loopback-server.ts';

/** What a server does with a request for a WebSocket. */
export type Opening = (socket: Socket, accept: () => void) => void;
/** What it does with a message. */
export type Reaction = (webSocket: WebSocket, text: string, socket: Socket) => void;

const status = (line: string) => `HTTP/1.1 ${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

export const openings = {
  ok: (_, accept) => accept(),
  after200ms: (_, accept) => setTimeout(accept, 200),
  unavailable: (socket) => socket.end(status('503 Service Unavailable')),
  notFound: (socket) => socket.end(status('404 Not Found')),
  plainAnswer: (socket) => socket.end(status('200 OK')),
  wrongKey: (socket) =>
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
    ),
  notHttp: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
  reset: (socket) => socket.resetAndDestroy(),
  silentClose: (socket) => socket.end(),
  never: () => {},
} satisfies Record<string, Opening>;

export const reactions = {
  echo: (webSocket, text) => webSocket.send(text),
  late: (webSocket, text) => setTimeout(() => webSocket.send(text), 600),
  nothing: () => {},
  somethingElse: (webSocket) => webSocket.send('something else'),
  /** Answers, and says goodbye. */
  echoAndGoAway: (webSocket, text) => {
    webSocket.send(text);
    webSocket.close(1001, 'going away');
  },
  echoAndRestart: (webSocket, text) => {
    webSocket.send(text);
    webSocket.close(1012);
  },
  echoAndClose: (webSocket, text) => {
    webSocket.send(text);
    webSocket.close(1000);
  },
  echoAndCloseWithoutCode: (webSocket, text) => {
    webSocket.send(text);
    webSocket.close();
  },
  /** A goodbye that does not wait for anything. */
  goAway: (webSocket) => webSocket.close(1001),
  internalError: (webSocket) => webSocket.close(1011, 'oops'),
  notAllowed: (webSocket) => webSocket.close(1008),
  reset: (_webSocket, _text, socket) => socket.resetAndDestroy(),
  /** As a process that ends. */
  silentClose: (_webSocket, _text, socket) => socket.end(),
  noFrame: (_webSocket, _text, socket) => socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff])),
  halfAFrame: (_webSocket, _text, socket) => socket.end(Buffer.from([0x81, 0x20, 0x61])),
} satisfies Record<string, Reaction>;

/** Echoes on loopback, but where it is told to do something else; it counts openings and messages as they come. */
export class EchoServer extends LoopbackServer {
  openings = 0;
  messages = 0;

  private constructor(open: (opening: number) => Opening, react: (message: number) => Reaction) {
    const webSockets = new WebSocketServer({ noServer: true });
    webSockets.on('headers', (headers) => headers.push('X-Version: 1.0'));
    const server = createServer();
    super(server);
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      open(this.openings++)(socket, () =>
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('error', () => {});
          webSocket.on('message', (data) => react(this.messages++)(webSocket, data.toString(), socket));
        }),
      );
    });
  }

  static start(
    react: (message: number) => Reaction = () => reactions.echo,
    open: (opening: number) => Opening = () => openings.ok,
    address?: string,
  ): Promise<EchoServer> {
    return new EchoServer(open, react).listen(address);
  }
}
