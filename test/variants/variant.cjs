// Starts the example in a way that is wrong on purpose: `node variant.cjs KIND`. Put beside its server.js.
const http = require('node:http');
const net = require('node:net');

const port = process.env.PORT ?? 8080;
const [kind, seconds] = process.argv[2].split('=');

const start = {
  'exits-at-once': () => {
    console.error('variant: cannot start: the database is not there');
    process.exit(3);
  },
  'exits-after-1s': () => {
    require('./server.js');
    setTimeout(() => process.exit(4), 1000);
  },
  'never-listens': () => {
    setInterval(() => {}, 60_000);
  },
  'answers-500': () => {
    http
      .createServer((_req, res) => {
        res.setHeader('X-Version', require('./package.json').version);
        res.statusCode = 500;
        res.end('broken');
      })
      .listen(port);
  },
  flaps: () => {
    // By count and not by the clock, with which a check may happen to be in step.
    let checks = 0;
    http
      .createServer((req, res) => {
        res.setHeader('X-Version', require('./package.json').version);
        res.statusCode = req.url === '/health' && ++checks % 2 ? 200 : 500;
        res.end('now and then');
      })
      .listen(port);
  },
  hangs: () => {
    net.createServer(() => {}).listen(port);
  },
  'answers-after': () => {
    setTimeout(() => require('./server.js'), Number(seconds) * 1000);
  },
};

start[kind]();
