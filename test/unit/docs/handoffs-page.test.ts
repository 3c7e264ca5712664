import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { ask, PackagedProgram } from './packaged-program.ts';
import { blocks, deadLinks, type Program, page, programs, wholeConfig } from './page.ts';

const runtime = fileURLToPath(new URL('../../../templates/runtime', import.meta.url));
/** These answer one request for each connection. */
const closing = ['Python', 'Rust', 'Java'];

const all = programs();
const handoffOf = ({ config }: Program) => /handoff: (\S+)/.exec(config)?.[1] ?? 'reuseport';
const rows = (handoff: string) =>
  all.filter((program) => handoffOf(program) === handoff).map((program) => [program.title, program] as const);

test('the page has a program in each of five languages', () => {
  expect(rows('reuseport').map(([title]) => title)).toEqual(['Node', 'Go', 'Python', 'Rust', 'Java']);
  expect(rows('socket').map(([title]) => title)).toEqual(['Node', 'Go under socket']);
  expect(rows('reload').map(([title]) => title)).toEqual(['Go under reload', 'Python under reload']);
  expect(all).toHaveLength(9);
});

describe.concurrent('a program of the page', { timeout: 120_000 }, () => {
  test.for(rows('reuseport'))(
    'in %s serves beside its successor, and finishes what runs',
    async ([title, program], { expect, onTestFinished }) => {
      const app = await PackagedProgram.of(program, onTestFinished);
      const old = app.start();
      await old.healthy(app.port);
      const connection = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => connection.destroy());
      expect(await ask(app.port, '/', connection)).toEqual({
        status: 200,
        body: 'hello\n',
        kept: !closing.includes(title),
      });
      const slow = ask(app.port, '/slow');
      await sleep(500);

      const successor = app.start();
      await successor.until('two listen', () => app.listening() === 2);
      old.terminate();
      if (!closing.includes(title)) {
        await sleep(200);
        expect(await ask(app.port, '/', connection)).toEqual({ status: 200, body: 'hello\n', kept: false });
      }
      expect(await slow).toMatchObject({ status: 200, body: 'hello\n' });
      // 143 is Java's after SIGTERM; the unit takes it for success.
      expect([0, 143]).toContain(await old.ended());
      await successor.healthy(app.port);
      expect(app.listening()).toBe(1);
    },
  );

  test.for(rows('socket'))(
    '(%s) is healthy before it takes connections from a common socket',
    async ([, program], { expect, onTestFinished }) => {
      const app = await PackagedProgram.of(program, onTestFinished);
      const instance = app.startOnSocket();
      await instance.healthy(instance.healthSocket);
      const first = ask(app.port, '/');
      expect(await Promise.race([first, sleep(1000, 'nothing yet')])).toBe('nothing yet');
      instance.open();
      expect(await first).toMatchObject({ status: 200, body: 'hello\n' });
      const slow = ask(app.port, '/slow');
      await sleep(500);
      instance.terminate();
      expect(await slow).toMatchObject({ status: 200, body: 'hello\n' });
      expect(await instance.ended()).toBe(0);
    },
  );

  test.for(rows('reload'))(
    '(%s) starts a successor of the next release, and finishes what runs',
    async ([, program], { expect, onTestFinished }) => {
      const app = await PackagedProgram.of(program, onTestFinished);
      const old = app.startGeneration('first');
      await old.healthy(app.port);
      expect(old.releaseOf(old.named())).toBe('first');
      const slow = ask(app.port, '/slow');
      await sleep(500);
      const before = old.named();
      app.makeRelease('next');
      app.environmentFile('GREETING="good \\"day\\""\nOTHER=it\\ is # as it stands\n');
      process.kill(before, 'SIGHUP');
      await old.until('there is a successor', () => old.named() !== before);
      expect(old.releaseOf(old.named())).toBe('next');
      // Until then it is the shell that starts it.
      await old.until('it has the environment', () => 'GREETING' in old.environmentOf(old.named()));
      expect(old.environmentOf(old.named())).toMatchObject({
        GREETING: 'good "day"',
        OTHER: 'it is # as it stands',
      });
      expect(await slow).toMatchObject({ status: 200, body: 'hello\n' });
      expect(await old.ended()).toBe(0);
      await sleep(100);
      expect(await ask(app.port, '/')).toMatchObject({
        status: 200,
        body: 'hello\n',
      });
      const successor = old.named();
      process.kill(successor, 'SIGTERM');
      await expect.poll(() => existsSync(`/proc/${successor}/exe`), { timeout: 15_000 }).toBe(false);
    },
  );
});

const configs = blocks(page).filter(({ language }) => language === 'yaml');

test.each(configs.map(({ text }, i) => [i + 1, text] as const))(
  'configuration %d of the page is valid',
  (_, text) => {
    const app = mkdtempSync(join(tmpdir(), 'mkdeb-page-'));
    onTestFinished(() => rmSync(app, { recursive: true, force: true }));
    mkdirSync(join(app, 'app'));
    writeFileSync(join(app, 'app/mkdeb.yaml'), wholeConfig(text));
    for (const file of ['hello', 'check-errors', 'server.js', 'hello.py']) {
      writeFileSync(join(app, 'app', file), '#!/bin/sh\n', { mode: 0o755 });
    }
    expect(mkdeb(app, ['render', 'app', '-o', 'rendered'])).toMatchObject({ status: 0, stderr: '' });
  },
);

test('every link of the page leads somewhere', () => {
  expect(deadLinks(page)).toEqual([]);
});

test('what the page says that apt and the journal say, they do say', () => {
  const said = [...page.matchAll(/^\| `([^`]+)` +\|.*\|.*\|$/gm)].map(([, words = '']) => words);
  const scripts = readdirSync(runtime).map((name) => readFileSync(join(runtime, name), 'utf8'));
  const never = said.filter((words) => !scripts.some((script) => script.includes(words)));
  expect(said.length).toBeGreaterThan(5);
  expect(never).toEqual([]);
});
