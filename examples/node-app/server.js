const { readFile } = require('node:fs/promises');
const path = require('node:path');
const express = require('express');
const { version } = require('./package.json');

const app = express();
app.disable('x-powered-by');

app.use((_req, res, next) => {
  res.set('X-Version', version);
  next();
});

app.get('/', (_req, res) => {
  res.json({ hello: 'world', version });
});

app.get('/health', (_req, res) => {
  res.json({ ok: true });
});

/** A request that takes long: ?ms=3000 */
app.get('/slow', (req, res) => {
  setTimeout(() => res.json({ slept: true, version }), Number(req.query.ms ?? 3000));
});

/** A long download of known length: ?seconds=20, ten pieces a second */
app.get('/download', (req, res) => {
  const piece = Buffer.alloc(1024, 'x');
  let left = Math.round(Number(req.query.seconds ?? 20) * 10);
  res.set('Content-Length', String(left * piece.length));
  res.type('application/octet-stream');
  const timer = setInterval(() => {
    if (left-- > 0) res.write(piece);
    else res.end();
  }, 100);
  res.on('close', () => clearInterval(timer));
});

/** A file of the app's own, opened when it is first asked for */
let message;
app.get('/file', async (_req, res) => {
  message ??= await readFile(path.join(__dirname, 'data/message.txt'), 'utf8');
  res.type('text/plain').send(message);
});

const server = app.listen(process.env.PORT ?? 8080);

// By default Node closes a kept connection after 5 s of rest, and a request that is just then under way to it is reset.
// Proxies let a connection rest for a minute at most: they are the first to close it.
server.keepAliveTimeout = 75_000;
