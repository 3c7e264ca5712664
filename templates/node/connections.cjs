'use strict';

/** What is known of a connection stands in its socket; through an HTTP/2 session it can be seen too. */
const known = Symbol('mkdeb');

/** The connections of the app's servers, and what is in flight on each. */
class Connections {
  #servers = new WeakSet();
  #open = new Set();
  /** Connections whose TLS handshake goes on, by their client. */
  #handshakes = new Map();
  #sessions = new Set();
  #stopping = false;

  get size() {
    return this.#open.size;
  }

  watch(server) {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    // Listeners of our own would change what a server does: without one for `upgrade` it answers such a request itself.
    const { emit } = server;
    server.emit = (event, ...args) => {
      this.#note(server, event, args);
      return emit.call(server, event, ...args);
    };
  }

  /** From now on every answer that has not begun says that its connection ends with it. */
  sayGoodbye() {
    this.#stopping = true;
    for (const { answers } of this.#open) for (const answer of answers) lastOfItsConnection(answer);
    for (const session of this.#sessions) session.close();
  }

  /** Closes the connections on which nothing has happened for `limit` ms since `since`. */
  closeIdle(limit, since) {
    for (const state of this.#open) {
      if (state.isForeign || state.answers.size > 0) continue;
      if (state.socket.bytesRead !== state.bytesRead) {
        state.bytesRead = state.socket.bytesRead;
        state.lastMove = Date.now();
      }
      if (Date.now() - Math.max(state.lastMove, since) >= limit) state.socket.destroy();
    }
  }

  #note(server, event, args) {
    switch (event) {
      case 'connection':
        this.#add(args[0], server);
        if (typeof server.setSecureContext === 'function') this.#handshakes.set(clientOf(args[0]), args[0]);
        break;
      case 'secureConnection':
        // The TLS connection takes the place of the TCP connection that carries it.
        this.#forget(this.#handshakes.get(clientOf(args[0])));
        this.#add(args[0], server);
        break;
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        if (args[0].httpVersionMajor === 1) this.#answering(args[0].socket, args[1]);
        break;
      case 'upgrade':
      case 'connect':
        this.#giveAway(args[1]);
        break;
      case 'session':
        this.#begin(args[0]);
        break;
    }
  }

  #add(socket, server) {
    // Only HTTP/1 tells when a connection is idle; any other one is left to its client.
    const isForeign = typeof server.closeIdleConnections !== 'function';
    socket[known] = { socket, isForeign, answers: new Set(), bytesRead: 0, lastMove: Date.now() };
    this.#open.add(socket[known]);
    socket.once('close', () => this.#forget(socket));
  }

  #forget(socket) {
    if (socket === undefined) return;
    this.#open.delete(socket[known]);
    for (const [client, handshake] of this.#handshakes)
      if (handshake === socket) this.#handshakes.delete(client);
  }

  #answering(socket, answer) {
    const state = socket[known];
    if (state === undefined) return;
    state.isForeign = false;
    state.answers.add(answer);
    answer.once('close', () => {
      state.answers.delete(answer);
      state.lastMove = Date.now();
    });
    if (this.#stopping) lastOfItsConnection(answer);
  }

  /** To another protocol: a WebSocket, say. */
  #giveAway(socket) {
    const state = socket[known];
    if (state !== undefined) state.isForeign = true;
  }

  /** HTTP/2 says goodbye without a race: what the client has sent after it counts as not taken. */
  #begin(session) {
    this.#giveAway(session.socket);
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#stopping) session.once('stream', () => session.close());
  }
}

function clientOf({ remoteAddress, remotePort, localPort }) {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

/** Has the answer say `Connection: close`, whatever the app says of it; a switch of protocols excepted. */
function lastOfItsConnection(answer) {
  if (answer.headersSent) return;
  const { writeHead } = answer;
  answer.writeHead = (status, ...rest) => {
    if (status === 101) return writeHead.call(answer, status, ...rest);
    answer.setHeader('Connection', 'close');
    return writeHead.call(answer, status, ...rest.map(withoutConnection));
  };
}

/** Headers as writeHead takes them, a map or a flat list; the reason phrase is a text. */
function withoutConnection(headers) {
  if (typeof headers !== 'object' || headers === null) return headers;
  if (!Array.isArray(headers)) {
    return Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'connection'),
    );
  }
  if (Array.isArray(headers[0]))
    return headers.filter(([name]) => String(name).toLowerCase() !== 'connection');
  return headers.filter((_, i) => String(headers[i - (i % 2)]).toLowerCase() !== 'connection');
}

module.exports = { Connections };
