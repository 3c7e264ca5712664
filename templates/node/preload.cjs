'use strict';
/*
 * Loaded into a Node app before its own code (the launcher names this file in NODE_OPTIONS), so that an app which just
 * calls `app.listen(8080)` is upgraded without a lost request, no line of it changed:
 *
 *   inherited-sockets.cjs  the listening sockets that the launcher has passed, and who is served by them
 *   listen.cjs             a server that listens on one of their ports gets them; any other server is left alone
 *   connections.cjs        what is in flight on the connections of these servers
 *   stop.cjs               SIGTERM: clients are told to come back on new connections, what runs finishes, the app ends
 *   workers.cjs            the same where node:cluster spreads the app over processes
 *   child-environment.cjs  other processes that the app starts know nothing of all this
 *
 * It does nothing where no socket was passed. `preload: false` in mkdeb.yaml leaves it out of the package.
 */
const cluster = require('node:cluster');
const { isMainThread } = require('node:worker_threads');
const { hideFromChildren } = require('./child-environment.cjs');
const { Connections } = require('./connections.cjs');
const { inheritedSockets, socketsOfPrimary } = require('./inherited-sockets.cjs');
const { listenOn } = require('./listen.cjs');
const { readSettings } = require('./settings.cjs');
const { Stop } = require('./stop.cjs');
const { asPrimary, asWorker } = require('./workers.cjs');

if (isMainThread) start();

function start() {
  const settings = readSettings();
  const sockets = cluster.isWorker ? socketsOfPrimary() : inheritedSockets(settings);
  hideFromChildren(__filename, sockets);
  if (sockets.isEmpty) return;

  const connections = new Connections();
  const workers = cluster.isWorker ? asWorker() : asPrimary();
  // Whoever asks for another policy would have the workers accept by themselves.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const stop = new Stop({ settings, sockets, connections, workers });
  listenOn(sockets, (server) => {
    connections.watch(server);
    stop.takeOver();
  });
}
