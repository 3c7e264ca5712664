'use strict';
const net = require('node:net');

/**
 * Has every server that listens on the port (or the descriptor) of one of the `sockets` take that one; `taken` is
 * called with it before it listens. A second server on the same port gets what it would get anyway: EADDRINUSE.
 */
function listenOn(sockets, taken) {
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (...args) {
    const [options, whenListening] = net._normalizeArgs(args);
    if (this.listening) return listen.apply(this, args);

    // The primary listens for the workers of a cluster, this one's handle is made there.
    if (sockets.means?.(options)) {
      taken(this);
      if (options.exclusive !== true) return listen.apply(this, args);
      return listen.call(this, { ...options, exclusive: false }, ...(whenListening ? [whenListening] : []));
    }

    const handle = sockets.handleFor?.(options) ?? null;
    if (handle === null) return listen.apply(this, args);
    if (!handle.isAt(options.host)) {
      const { address } = handle;
      console.error(
        `mkdeb: the app asks for ${options.host} and gets ${address}, as service.port in mkdeb.yaml says`,
      );
    }
    taken(this);
    if (whenListening) this.once('listening', whenListening);
    closeOn(options.signal, this);
    // As node:cluster gives its workers their handles.
    this._handle = handle;
    this._listen2(options.host ?? null, Number(options.port ?? -1), 6);
    return this;
  };
}

function closeOn(signal, server) {
  if (signal === undefined) return;
  const close = () => server.close();
  if (signal.aborted) {
    process.nextTick(close);
  } else {
    signal.addEventListener('abort', close);
    server.once('close', () => signal.removeEventListener('abort', close));
  }
}

module.exports = { listenOn };
