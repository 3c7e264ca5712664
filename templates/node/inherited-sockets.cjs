'use strict';
const { existsSync } = require('node:fs');
const net = require('node:net');
const { join } = require('node:path');

const firstDescriptor = 3;
/** The launcher's. Whoever listens again on a socket sets it anew. */
const backlog = 4096;
/** How long clients wait where a server has closed and none has taken its place (ms). */
const vacancy = 5000;
const openInterval = 50;

/** A listening socket that was passed on. It stays open when its server closes: the next one can have it again. */
class InheritedSocket {
  #handle;
  #gate;
  #listening = false;
  #server = null;
  #waiting = [];

  constructor(fd, handle, gate) {
    this.fd = fd;
    this.#handle = handle;
    this.#gate = gate;
    this.address = {};
    // A Unix socket has none that Node could tell.
    handle.getsockname?.(this.address);
  }

  get port() {
    return this.address.port;
  }

  get isFree() {
    return this.#server === null && this.#handle !== null;
  }

  /** From now on connections go to `server`, a ServerHandle, once the gate is open. */
  serve(server) {
    this.#server = server;
    if (server.isReferenced) this.ref();
    this.#gate.whenOpen(() => {
      if (this.#handle === null) return;
      // Later, as connections come: `listening` is said first, and node:cluster changes the handle then.
      setImmediate(() => {
        for (const [status, client] of this.#waiting.splice(0)) this.#pass(status, client);
      });
      if (this.#listening) return;
      this.#listening = true;
      this.#handle.onconnection = (status, client) => this.#pass(status, client);
      this.#handle.listen(backlog);
    });
  }

  /** The server has closed. */
  leave() {
    this.#server = null;
    this.#handle?.unref();
    setTimeout(() => {
      if (this.#server === null) this.#turnAway();
    }, vacancy).unref();
  }

  /** Takes no connection any more; those that it has given go on. */
  close() {
    this.#turnAway();
    this.#handle?.close();
    this.#handle = null;
  }

  ref() {
    this.#handle?.ref();
  }

  unref() {
    this.#handle?.unref();
  }

  #pass(status, client) {
    if (this.#server !== null) this.#server.onconnection(status, client);
    else if (client !== undefined) this.#waiting.push([status, client]);
  }

  #turnAway() {
    for (const [, client] of this.#waiting.splice(0)) client.close();
  }
}

/** What a net.Server holds in the place of the kernel's handle, as it does in the workers of node:cluster. */
class ServerHandle {
  #sockets;
  isReferenced = true;

  constructor(sockets) {
    this.#sockets = sockets;
  }

  listen() {
    for (const socket of this.#sockets) socket.serve(this);
    return 0;
  }

  close(closed) {
    for (const socket of this.#sockets.splice(0)) socket.leave();
    if (typeof closed === 'function') process.nextTick(closed);
  }

  ref() {
    this.isReferenced = true;
    for (const socket of this.#sockets) socket.ref();
  }

  unref() {
    this.isReferenced = false;
    for (const socket of this.#sockets) socket.unref();
  }

  hasRef() {
    return this.isReferenced;
  }

  getsockname(out) {
    Object.assign(out, this.#sockets[0]?.address);
    return 0;
  }

  get address() {
    return this.#sockets[0]?.address.address;
  }

  /** Whether `host` of net.Server.listen means this address; without one all are meant. */
  isAt(host) {
    return [undefined, null, '', '0.0.0.0', '::'].includes(host) || namesOf(host).includes(this.address);
  }
}

/**
 * Where all instances share one queue (systemd's socket), a new one must not take from it before it has been checked:
 * the handoff makes the file `open` when it shall.
 */
class Gate {
  #file;
  #waiting = [];
  #timer = null;

  constructor(file) {
    this.#file = file;
  }

  whenOpen(action) {
    if (this.#isOpen()) {
      action();
      return;
    }
    this.#waiting.push(action);
    this.#timer ??= setInterval(() => {
      if (!this.#isOpen()) return;
      clearInterval(this.#timer);
      this.#timer = null;
      for (const waiting of this.#waiting.splice(0)) waiting();
    }, openInterval);
  }

  /** Nobody waits for it any more. */
  abandon() {
    clearInterval(this.#timer);
    this.#waiting = [];
  }

  #isOpen() {
    if (this.#file !== null && existsSync(this.#file)) this.#file = null;
    return this.#file === null;
  }
}

class InheritedSockets {
  #sockets;
  #health;
  #gate;

  constructor(sockets, health, gate) {
    this.#sockets = sockets;
    this.#health = health;
    this.#gate = gate;
  }

  get isEmpty() {
    return this.#sockets.length === 0;
  }

  /** Which descriptor is which port, for the workers of a cluster. */
  get places() {
    return this.#sockets.map(({ fd, port }) => ({ fd, port }));
  }

  /** The handle for a server with these options of net.Server.listen, or null where no socket is meant. */
  handleFor(options) {
    const wanted = wantedBy(options, this.#sockets).filter((socket) => socket.isFree);
    if (wanted.length === 0) return null;
    // The health check is for the first port; it comes in while the gate is shut.
    if (wanted.includes(this.#sockets[0]) && this.#health?.isFree) wanted.push(this.#health);
    return new ServerHandle(wanted);
  }

  close() {
    this.#gate.abandon();
    for (const socket of this.#sockets) socket.close();
    this.#health?.close();
  }
}

/** What the primary of a cluster holds, as seen by a worker. */
class SocketsOfPrimary {
  constructor(places) {
    this.places = places;
  }

  get isEmpty() {
    return this.places.length === 0;
  }

  means(options) {
    return wantedBy(options, this.places).length > 0;
  }

  // The primary does.
  close() {}
}

/** The sockets that a server with these options means. Its port decides; of several, the one with its address. */
function wantedBy({ fd, port, host, path }, sockets) {
  if (typeof fd === 'number') return sockets.filter((socket) => socket.fd === fd);
  if (path !== undefined && port === undefined) return [];
  if (typeof port !== 'number' && (typeof port !== 'string' || port.trim() === '')) return [];
  const here = sockets.filter((socket) => socket.port === Number(port));
  const exact = here.filter((socket) => namesOf(host).includes(socket.address?.address));
  return exact.length > 0 ? exact : here;
}

function namesOf(host) {
  return host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
}

/** The sockets of LISTEN_FDS. A shell in between makes LISTEN_PID another one, so what the descriptors are counts. */
function inheritedSockets({ sharedQueue }) {
  const names = (process.env.LISTEN_FDNAMES ?? '').split(':');
  const closedUntil = join((process.env.RUNTIME_DIRECTORY ?? '').split(':')[0], 'open');
  const gate = new Gate(sharedQueue ? closedUntil : null);
  const sockets = [];
  let health = null;
  for (let i = 0; i < Number(process.env.LISTEN_FDS ?? 0); i++) {
    const fd = firstDescriptor + i;
    const handle = net._createServerHandle(null, 0, 0, fd);
    // A number is an error.
    if (typeof handle === 'number') continue;
    if (names[i] === 'health') health = new InheritedSocket(fd, handle, new Gate(null));
    else sockets.push(new InheritedSocket(fd, handle, gate));
  }
  return new InheritedSockets(sockets, health, gate);
}

function socketsOfPrimary() {
  const places = JSON.parse(process.env.MKDEB_SOCKETS ?? '[]');
  delete process.env.MKDEB_SOCKETS;
  return new SocketsOfPrimary(places);
}

module.exports = { inheritedSockets, socketsOfPrimary };
