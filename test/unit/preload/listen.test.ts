import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, firstAnswer, freePort, launch, said } from './launched-app.ts';

const listen = 'process.env.PORT';
const nest = (main: string) => `
  require('reflect-metadata');
  const { Controller, Get, Module } = require('@nestjs/common');
  const { NestFactory } = require('@nestjs/core');
  class Hello { hello() { return 'hello'; } }
  Reflect.decorate([Get()], Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello'));
  Reflect.decorate([Controller()], Hello);
  class App {}
  Reflect.decorate([Module({ controllers: [Hello] })], App);
  NestFactory.create(App, { logger: false }).then((app) => ${main});
`;

const apps: [string, Record<string, string>][] = [
  [
    'http, CommonJS',
    { 'app.cjs': `require('http').createServer((q, s) => s.end('hello')).listen(${listen})` },
  ],
  [
    'http, an ES module',
    {
      'app.mjs': `import { createServer } from 'node:http';
        await new Promise((resolve) => createServer((q, s) => s.end('hello')).listen({ port: ${listen}, host: '0.0.0.0' }, resolve));
        console.log('listening');`,
    },
  ],
  [
    'Express',
    {
      'app.cjs': `const app = require('express')(); app.get('/', (q, s) => s.send('hello')); app.listen(${listen})`,
    },
  ],
  [
    'Fastify',
    {
      'app.mjs': `import fastify from 'fastify'; const app = fastify();
        app.get('/', async () => 'hello'); await app.listen({ port: Number(${listen}) });`,
    },
  ],
  [
    'Koa',
    {
      'app.cjs': `const app = new (require('koa'))(); app.use((context) => { context.body = 'hello' }); app.listen(Number(${listen}), '::')`,
    },
  ],
  ['NestJS', { 'app.cjs': nest(`app.listen(${listen})`) }],
  [
    'a server that takes descriptor 3 itself',
    {
      'app.cjs': `require('http').createServer((q, s) => s.end('hello')).listen(process.env.LISTEN_FDS ? { fd: 3 } : 1)`,
    },
  ],
];

describe.each(apps)('an app of %s', (_, files) => {
  test('serves on the socket that it was given, and ends on SIGTERM', async () => {
    const app = await launch({ files });
    // In a group of SO_REUSEPORT sockets a second one would get some of these.
    for (let times = 0; times < 10; times++) expect(await firstAnswer(app)).toBe('hello');
    app.process.kill('SIGTERM');
    expect(await app.exit).toBe(0);
  });

  test('cannot listen without the preload where somebody has the port', async () => {
    if (files['app.cjs']?.includes('fd: 3')) return;
    const app = await launch({ files, preload: false });
    expect(await app.exit).not.toBe(0);
    expect(app.output()).toContain('EADDRINUSE');
  });
});

const sayAddress = `.on('listening', function () { console.log(JSON.stringify(this.address())) })`;
const server = `require('http').createServer((q, s) => s.end('hello'))`;

test('a server knows the address that it listens on', async () => {
  const app = await launch({ files: { 'app.cjs': `${server}${sayAddress}.listen(${listen})` } });
  await said(app, '}');
  expect(JSON.parse(app.output())).toEqual({ address: '::', family: 'IPv6', port: app.port });
});

test('a server on another port or a Unix socket is none of our business', async () => {
  const other = await freePort();
  const app = await launch({
    files: {
      'app.cjs': `const http = require('http');
        ${server}.listen(${listen});
        http.createServer((q, s) => s.end('other')).listen(${other});
        http.createServer((q, s) => s.end('path')).listen('./path.sock');
        http.createServer((q, s) => s.end('any')).listen(0, '127.0.0.1', function () { console.log('any', this.address().port) });`,
    },
  });
  expect(await firstAnswer(app)).toBe('hello');
  await said(app, 'any');
  expect((await ask(other)).body).toBe('other');
  expect((await ask(join(app.dir, 'path.sock'))).body).toBe('path');
  expect((await ask(Number(/any (\d+)/.exec(app.output())?.[1]))).body).toBe('any');
});

test('a process that listens on other ports alone ends on SIGTERM as ever', async () => {
  const app = await launch({ files: { 'app.cjs': `${server}.listen(0, () => console.log('up'))` } });
  await said(app, 'up');
  app.process.kill('SIGTERM');
  await app.exit;
  expect(app.process.signalCode).toBe('SIGTERM');
});

test('a second server on the same port gets EADDRINUSE', async () => {
  const app = await launch({
    files: {
      'app.cjs': `${server}.listen(${listen}); ${server}.on('error', (e) => console.log(e.code)).listen(${listen});`,
    },
  });
  await said(app, 'EADDRINUSE');
  expect(await firstAnswer(app)).toBe('hello');
});

test('a server that already listens says so', async () => {
  const app = await launch({
    files: {
      'app.cjs': `const s = ${server}.listen(${listen}); try { s.listen(${listen}) } catch (e) { console.log(e.code) }`,
    },
  });
  await said(app, 'ERR_SERVER_ALREADY_LISTEN');
});

test('a port can be tried out first, and clients wait meanwhile', async () => {
  const app = await launch({
    files: {
      'app.cjs': `const probe = require('net').createServer().listen(${listen}, () => probe.close(() => setTimeout(() => {
        ${server}.listen(${listen}) }, 500)));`,
    },
  });
  expect(await firstAnswer(app)).toBe('hello');
});

test('a server that is closed does not keep the app alive', async () => {
  const app = await launch({
    files: { 'app.cjs': `const s = ${server}.listen(${listen}, () => s.close(() => console.log('closed')))` },
  });
  expect(await app.exit).toBe(0);
  expect(app.output()).toContain('closed');
});

test('a server that is not waited for does not keep the app alive', async () => {
  const app = await launch({ files: { 'app.cjs': `${server}.listen(${listen}).unref()` } });
  expect(await app.exit).toBe(0);
});

test('a server ends with its signal', async () => {
  const app = await launch({
    files: {
      'app.cjs': `const c = new AbortController(); ${server}.on('close', () => console.log('closed')).listen({ port: ${listen}, signal: c.signal }, () => c.abort())`,
    },
  });
  expect(await app.exit).toBe(0);
  expect(app.output()).toContain('closed');
});

test('a server gets all sockets of its port, or the one with its address', async () => {
  const addresses = (port: number) => [`127.0.0.1:${port}`, `[::1]:${port}`];
  const both = await launch({ addresses, files: { 'app.cjs': `${server}.listen(${listen})` } });
  expect(await firstAnswer(both)).toBe('hello');
  expect(await (await fetch(`http://[::1]:${both.port}/`)).text()).toBe('hello');

  const each = await launch({
    addresses,
    files: {
      'app.cjs': `for (const host of ['127.0.0.1', '::1']) require('http').createServer((q, s) => s.end(host)).listen(${listen}, host)`,
    },
  });
  expect(await firstAnswer(each)).toBe('127.0.0.1');
  expect(await (await fetch(`http://[::1]:${each.port}/`)).text()).toBe('::1');
});

test('what mkdeb.yaml says of the address counts, and that is said', async () => {
  const app = await launch({ files: { 'app.cjs': `${server}.listen(${listen}, '127.0.0.1')` } });
  expect(await firstAnswer(app)).toBe('hello');
  expect(app.output()).toBe(
    'mkdeb: the app asks for 127.0.0.1 and gets ::, as service.port in mkdeb.yaml says\n',
  );
});

test('options of Node that the app is given stay, and a shell may start it', async () => {
  const app = await launch({
    files: {
      'app.cjs': `console.log(JSON.stringify(process.env.NODE_OPTIONS ?? null)); ${server}.listen(${listen})`,
    },
    environment: { NODE_OPTIONS: '--max-old-space-size=100' },
    command: (file) => ['/bin/sh', '-c', `'${process.execPath}' ${file}; exit $?`],
  });
  expect(await firstAnswer(app)).toBe('hello');
  expect(app.output().trim()).toBe('"--max-old-space-size=100"');
});

test('programs that the app starts know nothing of the sockets', async () => {
  const app = await launch({
    files: {
      'app.cjs': `const { fork, spawn } = require('child_process');
        ${server}.listen(${listen});
        spawn(process.execPath, ['child.cjs'], { stdio: 'inherit' });
        fork('child.cjs');
        new (require('worker_threads').Worker)('./thread.cjs');`,
      'child.cjs': `console.log('child', JSON.stringify(Object.keys(process.env).filter((key) => /LISTEN|NODE_OPT|MKDEB/.test(key))))`,
      'thread.cjs': `require('net').createServer().listen(0, () => { console.log('thread listens'); process.exit(); })`,
    },
  });
  await said(app, 'thread listens');
  for (let tries = 100; tries > 0 && app.output().match(/child \[\]/g)?.length !== 2; tries--)
    await sleep(25);
  expect(app.output().match(/child .*/g)).toEqual(['child []', 'child []']);
  expect(await firstAnswer(app)).toBe('hello');
});
