'use strict';
const { ChildProcess } = require('node:child_process');

const aboutSockets = /^(LISTEN_FDS|LISTEN_PID|LISTEN_FDNAMES)=/;

/**
 * Keeps this preload (`file`) and the inherited `sockets` from programs that the app starts: descriptor 3 is something
 * else there. The workers of node:cluster are the app itself, and get both.
 */
function hideFromChildren(file, sockets) {
  const option = `--require=${file}`;
  const others = (process.env.NODE_OPTIONS ?? '').split(' ').filter((word) => word !== option && word !== '');
  if (others.length > 0) process.env.NODE_OPTIONS = others.join(' ');
  else delete process.env.NODE_OPTIONS;
  if (sockets.isEmpty) return;

  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function (options) {
    const pairs = options?.envPairs;
    if (!Array.isArray(pairs)) return spawn.call(this, options);
    const envPairs = pairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID='))
      ? asWorker(pairs, option, sockets)
      : pairs.filter((pair) => !aboutSockets.test(pair));
    return spawn.call(this, { ...options, envPairs });
  };
}

function asWorker(pairs, option, sockets) {
  const own = 'NODE_OPTIONS=';
  const given = pairs.find((pair) => pair.startsWith(own))?.slice(own.length) ?? '';
  return [
    ...pairs.filter((pair) => !pair.startsWith(own)),
    `${own}${option} ${given}`.trimEnd(),
    `MKDEB_SOCKETS=${JSON.stringify(sockets.places)}`,
  ];
}

module.exports = { hideFromChildren };
