import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../../../src/program.ts';
import { asJson } from '../../../src/rehearse/json.ts';
import { verdictOf } from '../../../src/rehearse/verdict.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { makeKey, removeKeys } from '../publish/keys.ts';
import { recordingOf } from '../rehearse/recordings.ts';
import { blocks, docs } from './page.ts';

const page = readFileSync(`${docs}/json.md`, 'utf8');
const shown = new Map(
  blocks(page)
    .filter(({ language }) => language === 'json')
    .map(({ file, text }) => [file as string, JSON.parse(text) as object]),
);

let work: string;
let home: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mkdeb-json-'));
  home = mkdtempSync(join(tmpdir(), 'mkdeb-keys-'));
  makeKey(home, 'release');
  const packageJson = {
    name: 'hello',
    version: '1.2.0',
    description: 'Greets people',
    author: 'Ada Lovelace <ada@example.org>',
    license: 'MIT',
    main: 'server.js',
  };
  for (const app of ['app', 'next', 'wrong', 'new']) {
    mkdirSync(join(work, app));
    const version = app === 'next' ? '1.3.0' : '1.2.0';
    writeFileSync(join(work, app, 'package.json'), JSON.stringify({ ...packageJson, version }));
    writeFileSync(
      join(work, app, 'server.js'),
      `listen({ fd: 3 }); // ${version}, PORT || 8123, '/healthz'${' '.repeat(version === '1.3.0' ? 9 : 0)}\n`,
    );
    if (app !== 'new')
      writeFileSync(join(work, app, 'mkdeb.yaml'), `service:\n  ${app === 'wrong' ? 'prt' : 'port'}: 8080\n`);
  }
  for (const app of ['app', 'next']) expect(mkdeb(work, ['build', app]).status).toBe(0);
  mkdirSync(join(work, 'apt'));
  mkdirSync(join(work, 'bin'));
  writeFileSync(join(work, 'bin/zstd'), '#!/bin/sh\necho no room >&2\nexit 7\n', { mode: 0o755 });
  expect(mkdeb(work, ['build', 'app', '-o', 'apt/']).status).toBe(0);
}, 60_000);
afterAll(() => {
  removeKeys(home);
  rmSync(work, { recursive: true, force: true });
});

/** The words of every command line, and the exit codes that it may have here. */
const commands: Readonly<Record<string, readonly [args: readonly string[], ...exitCodes: number[]]>> = {
  error: [['build', 'wrong'], 2],
  build: [
    ['build', 'app', '--sign', 'release@example.org', '--checksums', '--sbom', '--changes', '-o', 'signed/'],
    0,
  ],
  render: [['render', 'app', '-o', 'rendered'], 0],
  init: [['init', 'new'], 0],
  inspect: [['inspect', 'hello_1.2.0_all.deb'], 0],
  diff: [['diff', 'hello_1.2.0_all.deb', 'hello_1.3.0_all.deb'], 1],
  lint: [['lint', 'hello_1.2.0_all.deb'], 1],
  doctor: [['doctor', 'hello_1.2.0_all.deb'], 0, 1],
  sign: [['sign', 'hello_1.2.0_all.deb', '--sign', 'release@example.org', '--checksums'], 0],
  repo: [['repo', 'apt', '--sign', 'release@example.org', '--url', 'https://apt.example.org'], 0],
};
/** Objects whose keys are no words of mkdeb's: names of fields and files. */
const maps = ['inspect.control', 'inspect.scripts', 'inspect.units'];

describe('what the page says that --json tells', () => {
  test.each(Object.entries(commands))('%s', (name, [args, ...exitCodes]) => {
    const { status, stdout } = mkdeb(work, [...args, '--json'], { GNUPGHOME: home });
    expect(exitCodes).toContain(status);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(differences(name, shown.get(name), JSON.parse(stdout))).toEqual([]);
  });

  test('rehearse', () => {
    const recording = recordingOf();
    const told = JSON.parse(asJson(recording, verdictOf(recording)));
    const table = page.split('\n## rehearse\n')[1] ?? '';
    const keys = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, key]) => key);
    expect(keys.sort()).toEqual(Object.keys(told).sort());
  });
});

test('every command that has --json is on the page', () => {
  const having = program()
    .commands.filter(({ options }) => options.some(({ long }) => long === '--json'))
    .map((command) => command.name());
  const headings = [...page.matchAll(/^## ([a-z]+)$/gm)].map(([, heading]) => heading);
  expect(having.sort()).toEqual(headings.sort());
  expect(
    program()
      .commands.map((command) => command.name())
      .filter((name) => !having.includes(name)),
  ).toEqual(['completion']);
});

describe('an error', () => {
  test.each<[string, readonly string[], number, string]>([
    ['a file that is not there', ['inspect', 'none.deb'], 2, 'none.deb: there is no such file'],
    [
      'an option that is not there',
      ['build', '--no-cashe'],
      2,
      "unknown option '--no-cashe' (Did you mean --no-cache?)",
    ],
    ['an argument that is missing', ['diff', 'a.deb'], 2, "missing required argument 'NEW'"],
    ['a compressor that fails', ['build', 'app'], 1, 'zstd failed (exit 7): no room'],
  ])('(%s) is told to people and programs alike', (_, args, status, says) => {
    const ran = mkdeb(work, [...args, '--json'], {
      PATH: [join(work, 'bin'), process.env['PATH']].join(delimiter),
    });
    expect(ran.status).toBe(status);
    const { error } = JSON.parse(ran.stdout);
    expect(error).toMatchObject({ exitCode: status });
    expect(error.message.replaceAll('\n', ' ')).toContain(says);
    expect(error.mistakes).toEqual(status === 1 ? [] : [{ file: null, line: null, column: null, says }]);
    expect(ran.stderr).toContain(error.message);
  });

  test('tells every mistake of a configuration with its place', () => {
    const { stdout } = mkdeb(work, ['build', 'wrong', '--json']);
    expect(JSON.parse(stdout).error.mistakes).toEqual([
      expect.objectContaining({ file: 'wrong/mkdeb.yaml', line: 1, column: 1 }),
      expect.objectContaining({ file: 'wrong/mkdeb.yaml', line: 2, column: 3 }),
    ]);
  });

  test('of a rehearsal is told where its JSON goes to standard output', () => {
    const said = (file: string) =>
      mkdeb(work, ['rehearse', 'a.deb', 'b.deb', '--rate', '0', '--json', file]).stdout;
    expect(JSON.parse(said('-')).error).toMatchObject({ exitCode: 2 });
    expect(said('out.json')).toBe('');
  });

  test('without --json is for people alone', () => {
    expect(mkdeb(work, ['build', 'wrong']).stdout).toBe('');
  });
});

/** Where two values have not the same keys and kinds; of lists the first items count, an empty one and null are like any. */
function differences(at: string, one: unknown, other: unknown): string[] {
  if (one === null || other === null) return [];
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === 0 || other.length === 0 ? [] : differences(`${at}[]`, one[0], last(other, one[0]));
  }
  const kind = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value);
  if (kind(one) !== kind(other)) return [`${at}: ${kind(one)}, ${kind(other)}`];
  if (typeof one !== 'object' || typeof other !== 'object') return [];
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const onlyThere = maps.includes(at) ? [] : Object.keys(right).filter((key) => !Object.hasOwn(left, key));
  return [
    ...onlyThere.map((key) => `${at}.${key}: not on the page`),
    ...Object.keys(left).flatMap((key) =>
      Object.hasOwn(right, key)
        ? differences(`${at}.${key}`, left[key], right[key])
        : [`${at}.${key}: not told`],
    ),
  ];
}

/** Of files there are several kinds; the page shows a plain one. */
function last(values: readonly unknown[], like: unknown): unknown {
  const kind = (value: unknown) => (value as { kind?: unknown } | null)?.kind;
  return values.findLast((value) => kind(value) === kind(like)) ?? values[0];
}
