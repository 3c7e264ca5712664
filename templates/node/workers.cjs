'use strict';
const cluster = require('node:cluster');

/** Messages whose cmd begins so are Node's own: apps don't see them. */
const cmd = 'NODE_MKDEB';
/** What the primary has given to a worker arrives within (ms). */
const delivery = 100;
/** A worker may get its SIGTERM before the primary gets the same one (ms). */
const sameSignal = 500;

/**
 * The process that started first: on its own, or the primary of a cluster. The primary ends last: a worker that has
 * finished waits for it, as many apps start a new one for each that exits.
 */
function asPrimary() {
  const waitedFor = new Set();
  const finished = new Set();
  let stopping = false;
  let ended = null;

  /** `withPrimary`: it ends when this process does. */
  const end = (worker, withPrimary) => {
    if (worker.isConnected()) worker.process.send({ cmd, end: true, withPrimary }, () => {});
  };
  const leave = (worker) => {
    waitedFor.delete(worker);
    ifEnded();
  };
  const ifEnded = () => {
    if (ended !== null && waitedFor.size === 0) ended();
  };
  cluster.on('fork', (worker) => {
    // Started in the place of one that has exited.
    if (stopping) worker.once('listening', () => worker.process.kill('SIGTERM'));
    worker.process.on('internalMessage', (message) => {
      if (message?.cmd !== cmd) return;
      if (message.ended) {
        leave(worker);
      } else if (!message.finished) {
        finished.delete(worker);
      } else {
        finished.add(worker);
        // Perhaps somebody stops this worker alone.
        setTimeout(() => stopping || end(worker, false), sameSignal).unref();
      }
    });
  });
  cluster.on('exit', leave);

  return {
    get areBusy() {
      return [...waitedFor].some((worker) => !finished.has(worker));
    },
    get delay() {
      return waitedFor.size > 0 ? delivery : 0;
    },
    /** systemd sends SIGTERM to all, a person perhaps to this process alone. */
    stop() {
      stopping = true;
      for (const worker of Object.values(cluster.workers)) {
        waitedFor.add(worker);
        worker.process.kill('SIGTERM');
      }
    },
    busy() {},
    /** All have finished. Returns whether this process may end. */
    end() {
      for (const worker of waitedFor) end(worker, true);
      return true;
    },
    whenEnded(then) {
      ended = then;
      ifEnded();
    },
    onEnd() {},
  };
}

/** A worker of a cluster. */
function asWorker() {
  let said = null;
  let withPrimary = false;
  const say = (what) => {
    if (process.connected) process.send({ cmd, ...what }, () => {});
  };
  const sayOnce = (finished) => {
    if (said !== finished) say({ finished });
    said = finished;
  };
  return {
    areBusy: false,
    delay: 0,
    stop() {},
    busy: () => sayOnce(false),
    /** Finished for now: the primary may still have connections for it, and says when it may end. */
    end() {
      sayOnce(true);
      return !process.connected;
    },
    whenEnded(then) {
      if (withPrimary && process.connected) say({ ended: true });
      else then();
    },
    onEnd(deliver) {
      process.on('internalMessage', (message) => {
        if (message?.cmd !== cmd || !message.end) return;
        withPrimary = message.withPrimary;
        deliver();
      });
    },
  };
}

module.exports = { asPrimary, asWorker };
