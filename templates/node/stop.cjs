'use strict';

const interval = 50;
/** How long a connection may be idle before it is closed: long enough for its client to ask once more and be told. */
const longestIdle = 5000;
/** What the app's own handlers get before SIGKILL. */
const longestFarewell = 5000;

/**
 * What SIGTERM does: each answer tells its client to come back on a new connection, running requests and upgraded
 * connections finish. Then the app's own handlers of SIGTERM run; without one the app ends. Where something goes on for
 * long they run shortly before systemd's SIGKILL.
 */
class Stop {
  #settings;
  #sockets;
  #connections;
  #workers;
  #began = null;
  #closed = null;
  #timer = null;
  #idle;
  #latest;
  #hasServer = false;
  #listener = () => {};

  constructor({ settings, sockets, connections, workers }) {
    this.#settings = settings;
    this.#sockets = sockets;
    this.#connections = connections;
    this.#workers = workers;
    this.#idle = Math.min(longestIdle, settings.stopMs / 2);
    this.#latest = settings.stopMs - Math.min(longestFarewell, settings.stopMs / 4);
    workers.onEnd(() => {
      if (this.#began !== null) this.#deliver();
    });
    this.#guard();
  }

  /** A server is there: from now on SIGTERM comes here first. */
  takeOver() {
    if (this.#hasServer) return;
    this.#hasServer = true;
    process.on('SIGTERM', this.#listener);
  }

  /** Node delivers a signal with process.emit; it keeps the one that is there when the first listener comes. */
  #guard() {
    const { emit } = process;
    process.emit = (event, ...args) => {
      if (event !== 'SIGTERM' || !this.#hasServer) return emit.call(process, event, ...args);
      if (this.#began === null) this.#begin();
      return true;
    };
  }

  #begin() {
    this.#began = Date.now();
    if (this.#settings.sharedQueue) this.#close();
    this.#connections.sayGoodbye();
    this.#workers.stop();
    this.#timer = setInterval(() => this.#look(), interval);
  }

  #close() {
    if (this.#closed !== null) return;
    this.#sockets.close();
    this.#closed = Date.now();
  }

  #look() {
    const now = Date.now();
    this.#connections.closeIdle(this.#idle, this.#began);
    const busy = this.#connections.size > 0 || this.#workers.areBusy;
    if (!busy || now - this.#began >= this.#idle) this.#close();
    if (now - this.#began >= this.#latest && process.listenerCount('SIGTERM') > 1) {
      this.#workers.end();
      this.#deliver();
    } else if (busy) {
      this.#workers.busy();
    } else if (now - this.#closed >= this.#workers.delay && this.#workers.end()) {
      this.#deliver();
    }
  }

  /** The signal goes on to the app, as if it came now. */
  #deliver() {
    if (!this.#hasServer) return;
    this.#hasServer = false;
    clearInterval(this.#timer);
    this.#close();
    process.removeListener('SIGTERM', this.#listener);
    if (process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM', 'SIGTERM', 15);
    else this.#workers.whenEnded(() => process.exit(0));
  }
}

module.exports = { Stop };
