// Starts the example for more kinds of clients: WebSockets, which are echoed, on its port, and HTTP/2 in cleartext on
// HTTP2_PORT, where that is set. Put beside its server.js and the library ws.
const http = require('node:http');
const http2 = require('node:http2');
const { WebSocketServer } = require('./ws');
const { version } = require('./package.json');

const webSockets = new WebSocketServer({ noServer: true });
webSockets.on('headers', (headers) => headers.push(`X-Version: ${version}`));
let stopping = false;
/** Between an answer and the next message nobody waits for anything: the moment to say goodbye. */
const goodbye = (webSocket) => webSocket.close(1001, 'restarting');
webSockets.on('connection', (webSocket) => {
  webSocket.on('error', () => {});
  webSocket.on('message', (data) => {
    webSocket.send(data.toString());
    if (stopping) goodbye(webSocket);
  });
  webSocket.on('ping', () => {
    if (stopping) goodbye(webSocket);
  });
});
process.on('SIGTERM', () => {
  stopping = true;
  const ended = () => webSockets.clients.size === 0 && process.exit(0);
  for (const webSocket of webSockets.clients) webSocket.on('close', ended);
  ended();
});

const { createServer } = http;
http.createServer = (...args) =>
  createServer(...args).on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => webSockets.emit('connection', webSocket));
  });
require('./server.js');

const { HTTP2_PORT } = process.env;
if (HTTP2_PORT !== undefined) {
  const hello = (_request, answer) => {
    answer.setHeader('X-Version', version);
    answer.end('hello');
  };
  http2.createServer(hello).listen(HTTP2_PORT);
}
