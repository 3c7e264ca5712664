import { describe, expect, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { appDirectory } from './app-directory.ts';
import { loadConfig } from './load-one.ts';

const head = `name: hello
version: 1.0.0
maintainer: Ada Lovelace <ada@example.org>
description: greets people over HTTP
`;

/** What loadConfig says against a mkdeb.yaml, the directory's name left out. */
async function complaints(yaml: string, packageJson?: object): Promise<string[]> {
  const dir = appDirectory({ 'mkdeb.yaml': yaml, ...(packageJson ? { 'package.json': packageJson } : {}) });
  const error = await loadConfig(dir).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BadInput);
  return (error as BadInput).message.replaceAll(`${dir}/`, '').split('\n');
}

/** The mistakes of a `service:` with a command, a port and one more line, which is the seventh line of the file. */
const inService = (line: string) => complaints(`${head}service:\n  exec: ./hello\n  ${line}\n  port: 8080\n`);

const port =
  'expected a port from 1 to 65535, or an address and a port such as "127.0.0.1:8080" or "[::1]:8080"';

describe('each mistake is told with its place, the value and what was expected', () => {
  test.each([
    [
      'exec: node a.js | tee log',
      '7:9: service.exec is "node a.js | tee log"; "|" needs a shell, and none runs; quote it, or write a list: ["/bin/sh", "-c", "…"]',
    ],
    ['exec: FOO=1 ./hello', '7:9: service.exec is "FOO=1 ./hello"; set FOO in service.environment'],
    ['exec: bin/hello', '7:9: service.exec is "bin/hello"; a file of the app is written "./bin/hello"'],
    ['exec: "./a \'b"', '7:9: service.exec is "./a \'b"; "\'" has no end'],
    ['exec: []', '7:9: service.exec is a list; expected a command such as "node server.js"'],
    ['exec: [node, 1]', '7:16: service.exec[1] is 1; expected a text; quote it'],
    [
      'exec: {a: b}',
      '7:9: service.exec is a map; expected a command such as "node server.js", or a list of its words',
    ],
  ])('%s', async (line, expected) => {
    const dir = await complaints(`${head}service:\n  port: 8080\n  ${line}\n`);
    expect(dir).toEqual([`mkdeb.yaml:${expected}`]);
  });

  test.each([
    ['listen: fx', '7:11: service.listen is "fx"; did you mean "fd"?'],
    ['listen: systemd', '7:11: service.listen is "systemd"; expected one of "fd", "self"'],
    ['handoff: vup', '7:12: service.handoff is "vup"; did you mean "vip"?'],
    ['isolate: address', '7:12: service.isolate is "address"; only "handoff: vip" needs it; leave it out'],
    [
      'health: healthz',
      '7:11: service.health is "healthz"; expected an HTTP path such as /healthz: it starts with / and has no spaces',
    ],
    [
      'health: [/a]',
      '7:11: service.health is a list; expected a path such as /healthz, or a map such as {path: /healthz, within: 30s}',
    ],
    [
      'health: {path: /x, within: 1s, timeout: 2s}',
      '7:43: service.health.timeout is "2s"; it can’t be longer than service.health.within, 1s',
    ],
    [
      'health: {path: /x, expect: 700}',
      '7:30: service.health.expect is 700; expected an HTTP status such as 200, a range such as 200-399, or 2xx',
    ],
    [
      'health: {path: /x, times: 0}',
      '7:29: service.health.times is 0; expected a whole number from 1 to 100',
    ],
    [
      'health: {path: /x, intervall: 1s}',
      '7:22: unknown key "service.health.intervall"; did you mean "interval"?',
    ],
    [
      'health: {expect: 200}',
      '7:20: service.health.expect is 200; without a path there is no answer to expect; give service.health.path',
    ],
    [
      'drain: 30',
      '7:10: service.drain is 30; expected a duration such as 60s, or a map such as {wait: 10s, limit: 60s}',
    ],
    [
      'drain: 30 s',
      '7:10: service.drain is "30 s"; expected a duration of at most 24h such as 500ms, 30s, 2m or 1h',
    ],
    [
      'drain: 25h',
      '7:10: service.drain is "25h"; expected a duration of at most 24h such as 500ms, 30s, 2m or 1h',
    ],
    [
      'drain: {wait: 2m, limit: 1m}',
      '7:17: service.drain.wait is "2m"; it can’t be longer than service.drain.limit, 1m',
    ],
    ['drain: {stop: 0s}', '7:17: service.drain.stop is "0s"; expected a duration longer than 0'],
    [
      'node: lts',
      '7:9: service.node is "lts"; npm does not tell which version that is, and it would be another one tomorrow; expected a version of Node such as 22, 22.11 or 22.11.0',
    ],
    [
      'node: ^22.1',
      '7:9: service.node is "^22.1"; expected a version of Node such as 22, 22.11 or 22.11.0; write "22.1"',
    ],
    ['keep: -1', '7:9: service.keep is -1; expected a whole number from 0 to 100'],
    ['keep: 1.5', '7:9: service.keep is 1.5; expected a whole number from 0 to 100'],
    [
      'user: Ada',
      '7:9: service.user is "Ada"; expected a system user’s name: at most 31 lower-case letters, digits, - and _, a letter or _ first',
    ],
    [
      'environment: {2B: x}',
      '7:21: service.environment.2B is "x"; a variable’s name has letters, digits and underscores only and doesn’t start with a digit',
    ],
    [
      'environment: {A: "x\\0y"}',
      '7:20: service.environment.A is "x\\u0000y"; an environment variable can’t hold a NUL',
    ],
    ['environment: {A: [1]}', '7:20: service.environment.A is a list; expected a text or a number'],
    [
      'environment: {LISTEN_FDS: 1}',
      '7:29: service.environment.LISTEN_FDS is "1"; systemd and mkdeb’s launcher set this variable',
    ],
    ['workers: 0', '7:12: service.workers is 0; expected a whole number from 1 to 256'],
    ['unit: {Servic: {}}', '7:10: unknown key "service.unit.Servic"; did you mean "Service"?'],
    ['unit: {Install: {}}', '7:10: unknown key "service.unit.Install"; expected one of "Unit", "Service"'],
    [
      'unit: {Service: {ExecStart: /x}}',
      '7:31: service.unit.Service.ExecStart is "/x"; mkdeb sets this itself: use service.exec',
    ],
    [
      'unit: {Service: {KillMode: process}}',
      '7:30: service.unit.Service.KillMode is "process"; expected control-group or mixed: an instance must not leave processes behind',
    ],
    [
      'unit: {Service: {"Memory Max": 1}}',
      '7:34: service.unit.Service.Memory Max is "1"; expected the name of a systemd setting such as MemoryMax',
    ],
    [
      'unit: {Service: {MemoryMax: [1, "a\\nExecStart=/x"]}}',
      '7:35: service.unit.Service.MemoryMax[1] is "a\\nExecStart=/x"; a unit’s setting is one line without control characters',
    ],
    [
      'unit: {Service: {MemoryMax: "1\\\\"}}',
      '7:31: service.unit.Service.MemoryMax is "1\\\\"; a backslash at the end would join the next line of the unit to this one',
    ],
    ['helth: /x', '7:3: unknown key "service.helth"; did you mean "health"?'],
  ])('service, %s', async (line, expected) => {
    expect(await inService(line)).toEqual([`mkdeb.yaml:${expected}`]);
  });

  test.each([
    ['0', `6:9: service.port is 0; ${port}`],
    ['65536', `6:9: service.port is 65536; ${port}`],
    ['localhost:8080', `6:9: service.port is "localhost:8080"; ${port}`],
    ['"::1:8080"', `6:9: service.port is "::1:8080"; ${port}`],
    ['256.0.0.1:80', `6:9: service.port is "256.0.0.1:80"; ${port}`],
    ['[8080, x]', `6:16: service.port[1] is "x"; ${port}`],
    ['[]', '6:9: service.port is a list; expected at least one port'],
    ['["[::1]:80", "[0:0::1]:80"]', '6:22: service.port[1] is "[0:0::1]:80"; it is given twice'],
    ['{}', `6:9: service.port is a map; ${port}`],
  ])('port: %s', async (value, expected) => {
    expect(await complaints(`${head}service:\n  port: ${value}\n  exec: ./hello\n`)).toEqual([
      `mkdeb.yaml:${expected}`,
    ]);
  });

  test.each([
    ['arch: amd46', '5:7: arch is "amd46"; did you mean "amd64"?'],
    [
      'priority: extra',
      '5:11: priority is "extra"; expected one of "required", "important", "standard", "optional"',
    ],
    [
      'homepage: example.org',
      '5:11: homepage is "example.org"; expected a web address such as https://example.org',
    ],
    ['section: Net Work', '5:10: section is "Net Work"; expected an archive section such as net or misc'],
    ['license: ""', '5:10: license is ""; expected a license such as MIT, not an empty text'],
    ['depends: libc6', '5:10: depends is "libc6"; expected a list of relations such as "libc6 (>= 2.36)"'],
    ['depends: [libc6 > 2]', '5:11: depends[0] is "libc6 > 2"; expected "package" or "package (>= version)"'],
    [
      'depends: ["libc6 (> 2)"]',
      '5:11: depends[0] is "libc6 (> 2)"; ">" is obsolete (Policy 7.1); write "libc6 (>= 2)" or "libc6 (>> 2)"',
    ],
    [
      'depends: ["libc6, zlib1g"]',
      '5:11: depends[0] is "libc6, zlib1g"; give each relation as an entry of the list of its own, without commas',
    ],
    [
      'conflicts: [nginx | apache2]',
      '5:13: conflicts[0] is "nginx | apache2"; conflicts takes no alternatives ("|") (Policy 7.1)',
    ],
    [
      'provides: ["httpd (>= 2)"]',
      '5:12: provides[0] is "httpd (>= 2)"; provides takes only exact versions, "(= version)" (Policy 7.5)',
    ],
    ['ignore: [1]', '5:10: ignore[0] is 1; expected a pattern as in .gitignore'],
    ['service:', '5:9: service is empty; expected a map with at least a port'],
    ['service: {exec: ./hello}', `5:1: service.port is missing; ${port}`],
    ['depend: []', '5:1: unknown key "depend"; did you mean "depends"?'],
    ['name: again', '5:1: Map keys must be unique'],
    ['port: [::1]:8080', '5:12: Unexpected scalar at node end'],
    [
      'service: {port: 80, exec: ./x, workers: 2, listen: self}',
      '5:41: service.workers is 2; with "listen: self" the app starts its own workers; leave it out, or use "listen: fd"',
    ],
    [
      'service: {port: 80, exec: ./x, preload: true, listen: self}',
      '5:41: service.preload is true; with "listen: self" no socket is inherited; leave it out, or use "listen: fd"',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: vip, listen: fd}',
      '5:54: service.listen is "fd"; with "handoff: vip" the app listens as it always does; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: vip, workers: 2}',
      '5:55: service.workers is 2; with "handoff: vip" the app starts its own workers; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, health: /h, unit: {Service: {KillMode: mixed}}}',
      '5:88: service.unit.Service.KillMode is "mixed"; with "handoff: reload" all generations get SIGTERM when the service stops; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: vip, preload: true}',
      '5:55: service.preload is true; with "handoff: vip" no socket is inherited; leave it out, or use "handoff: reuseport"',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: vip, isolate: address, environment: {HOST: "::"}}',
      '5:84: service.environment.HOST is "::"; with "isolate: address" mkdeb sets this variable, for each instance',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, listen: fd}',
      '5:57: service.listen is "fd"; with "handoff: reload" the app listens, and passes its sockets on; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, workers: 2}',
      '5:58: service.workers is 2; with "handoff: reload" the app starts its own workers; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, preload: true}',
      '5:58: service.preload is true; with "handoff: reload" the app passes its sockets on itself; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, reload: {signal: KILL}}',
      '5:66: service.reload.signal is "KILL"; expected one of "HUP", "USR1", "USR2"',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, canary: [{share: 5%, for: 30s}]}',
      '5:57: service.canary is a list; with "handoff: reload" nobody decides who takes a connection; use "handoff: reuseport" or "handoff: vip"',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, isolate: address}',
      '5:58: service.isolate is "address"; only "handoff: vip" needs it; leave it out',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, health: {notify: true}}',
      '5:66: service.health.notify is true; with "handoff: reload" systemd does not see which generation says so; give service.health a path',
    ],
    [
      'service: {port: 80, exec: ./x, handoff: reload, environment: {SUCCESSOR: x}}',
      '5:74: service.environment.SUCCESSOR is "x"; with "handoff: reload" mkdeb sets this variable',
    ],
    [
      'service: {port: 80, exec: ./x, reload: {signal: USR2}}',
      '5:40: service.reload is a map; only "handoff: reload" needs it; leave it out',
    ],
  ])('%s', async (line, expected) => {
    const [first = ''] = await complaints(`${head}${line}\n`);
    expect(first).toBe(`mkdeb.yaml:${expected}`);
  });

  test.each([
    [
      'name',
      'Hello',
      'expected a Debian package name: at least two lower-case letters, digits and + - . , a letter or digit first (Policy 5.6.1)',
    ],
    ['version', 'v1.0', 'a Debian version starts with a digit; write "1.0"'],
    ['version', '1.0_1', 'a Debian version has letters, digits and . + - ~ only, not "_"'],
    [
      'maintainer',
      'Ada',
      'expected one person with a mail address, such as "Ada Lovelace <ada@example.org>"',
    ],
    ['description', '" "', 'expected a text, not an empty one'],
  ])('%s: %s', async (key, value, expected) => {
    const lines = head.trimEnd().split('\n');
    const at = lines.findIndex((line) => line.startsWith(`${key}:`));
    lines[at] = `${key}: ${value}`;
    const shown = value.startsWith('"') ? value : `"${value}"`;
    expect(await complaints(`${lines.join('\n')}\n`)).toEqual([
      `mkdeb.yaml:${at + 1}:${key.length + 3}: ${key} is ${shown}; ${expected}`,
    ]);
  });
});

test('all mistakes are told at once, in the order of the file, those of what is missing with them', async () => {
  const yaml = `nam: hello
version: 1 2
service:
  exec: ./hello
  listen: fx
  port: 99999
`;
  expect(await complaints(yaml)).toEqual([
    'mkdeb.yaml:1:1: unknown key "nam"; did you mean "name"?',
    'mkdeb.yaml:1:1: name is missing; add "name: my-app"',
    'mkdeb.yaml:1:1: maintainer is missing; add "maintainer: Ada Lovelace <ada@example.org>"',
    'mkdeb.yaml:1:1: description is missing; add "description: what the app does"',
    'mkdeb.yaml:2:10: version is "1 2"; a Debian version has no spaces',
    'mkdeb.yaml:5:11: service.listen is "fx"; did you mean "fd"?',
    `mkdeb.yaml:6:9: service.port is 99999; ${port}`,
  ]);
});

test.each(['yes', '"always"'])('debugSymbols: %s is no way to treat them', async (written) => {
  expect(await complaints(`${head}debugSymbols: ${written}\n`)).toEqual([
    `mkdeb.yaml:5:15: debugSymbols is ${JSON.stringify(written.replaceAll('"', ''))}; expected one of "keep", "strip", "separate"`,
  ]);
});

test('what can’t be taken from package.json is told with its place there', async () => {
  const packageJson = {
    name: '@acme/_',
    version: 'latest',
    author: 'Ada',
    scripts: { start: 'npm run build && node .' },
  };
  expect(await complaints('service: {port: 80}\n', packageJson)).toEqual([
    'mkdeb.yaml:1:1: description is missing, and package.json doesn’t tell it; add "description: what the app does"',
    'package.json:2:11: name is "@acme/_"; no Debian package name can be made from it; give name in mkdeb.yaml',
    'package.json:3:14: version is "latest"; expected a semantic version such as 1.2.0; mend it, or give version in mkdeb.yaml',
    'package.json:4:13: author is "Ada"; a maintainer needs a name and a mail address, "Name <mail>"; add it here, or give maintainer in mkdeb.yaml',
    'package.json:6:14: scripts.start is "npm run build && node ."; a service is one command; give service.exec in mkdeb.yaml',
  ]);
});

test('the mkdeb key of package.json has places too', async () => {
  const dir = appDirectory({
    'package.json': { name: 'x1', mkdeb: { service: { prt: 8080, listen: 'fd' } } },
  });
  await expect(loadConfig(dir)).rejects.toThrow(
    `${dir}/package.json:5:7: unknown key "service.prt"; did you mean "port"?`,
  );
});

test('broken JSON is told with its place', async () => {
  const dir = appDirectory({ 'package.json': '{\n  "name": "x",\n}\n' });
  await expect(loadConfig(dir)).rejects.toThrow(/package\.json:3:1: not valid JSON: /);
});

test('two configurations are one too many', async () => {
  const dir = appDirectory({ 'mkdeb.yaml': head, 'package.json': { mkdeb: {} } });
  await expect(loadConfig(dir)).rejects.toThrow(
    `package.json:2:3: mkdeb is configured here and in ${dir}/mkdeb.yaml`,
  );
});

test('nothing to go by: the error names init', async () => {
  const dir = appDirectory({});
  await expect(loadConfig(dir)).rejects.toThrow(`"mkdeb init ${dir}" writes one`);
});

test('a bad --version and --arch are told together with the rest', async () => {
  const dir = appDirectory({ 'mkdeb.yaml': 'name: hello\n' });
  await expect(loadConfig(dir, { version: 'v2', arch: 'x86-64' })).rejects.toThrow(
    '--version is "v2"; a Debian version starts with a digit; write "2"\n--arch is "x86-64"; did you mean "x86_64"?',
  );
});

test('a name with + can’t be a service, as systemd takes no + in a unit’s name', async () => {
  const yaml = `${head.replace('hello', 'hello+')}service: {port: 80, exec: ./x}\n`;
  expect(await complaints(yaml)).toEqual([
    'mkdeb.yaml:1:7: name is "hello+"; systemd takes no + in a unit’s name, give another name',
  ]);
});
