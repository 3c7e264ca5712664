/** The user's own maintainer scripts inside a service's: run for real, with an argument that asks for nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderMaintainerScripts, stoppingLines } from '../../../src/render/maintainer-scripts.ts';
import { appDirectory } from '../config/app-directory.ts';
import { loadConfig } from '../config/load-one.ts';
import { run } from '../deb/scratch.ts';

async function rendered(scripts: Parameters<typeof renderMaintainerScripts>[2], more = '') {
  const dir = appDirectory({
    'mkdeb.yaml': `name: hello\nversion: 1\nmaintainer: A <a@b.c>\ndescription: greeter\nservice: {port: 80, exec: ./hello}\n${more}`,
  });
  const { config } = await loadConfig(dir);
  if (config.service === null) throw new Error('no service');
  return renderMaintainerScripts(config, config.service, scripts);
}

/** Runs a script under sh as dpkg would; what it leaves in its TMPDIR comes with it. */
function runScript(text: string, ...args: string[]) {
  const dir = appDirectory({ script: text });
  mkdirSync(join(dir, 'tmp'));
  const ran = spawnSync('sh', [join(dir, 'script'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: join(dir, 'tmp') },
  });
  return { ...ran, left: readdirSync(join(dir, 'tmp')) };
}

test('a script runs as a program of its own, with its arguments, and is taken away', async () => {
  const postinstall = Buffer.from(
    `#!/bin/sh -e\n# it's "quoted" $HOME\necho "$# $1 $2" "\${0##*/}"\nexit 0\n`,
  );
  const scripts = await rendered({ postinstall });
  const ran = runScript(String(scripts['postinst']), 'abort-upgrade', "it's 2.0");
  expect(ran).toMatchObject({
    status: 0,
    stdout: "2 abort-upgrade it's 2.0 hello.postinst\n",
    stderr: '',
    left: [],
  });
});

test('one that fails fails the script; any interpreter does', async () => {
  const preremove = Buffer.from('#!/usr/bin/perl -w\nprint "$0 @ARGV\\n" =~ s{.*/}{}r;\nexit 3;\n');
  const ran = runScript(String((await rendered({ preremove }))['prerm']), 'upgrade', '2.0');
  expect(ran).toMatchObject({ status: 3, stdout: 'hello.prerm upgrade 2.0\n', left: [] });
});

test('postremove comes after the rest, postinstall before the new version starts', async () => {
  const own = Buffer.from('#!/bin/sh\ntrue\n');
  const scripts = await rendered({ preinstall: own, postinstall: own, postremove: own });
  const postinst = String(scripts['postinst']);
  const start = postinst.indexOf('handoff/run" configure');
  expect(postinst.lastIndexOf('run_own_script "$@"', start)).toBeGreaterThan(postinst.indexOf('configure)'));
  expect(String(scripts['postrm'])).toMatch(/\nesac\n\nrun_own_script "\$@"\n$/);
  expect(scripts['preinst']).toBe(own);
});

test('a package that is interested in a trigger takes "triggered"', async () => {
  const with_ = await rendered({}, 'deb: {triggers: {interest: [/usr/share/x]}}\n');
  expect(runScript(String(with_['postinst']), 'triggered', '/usr/share/x').status).toBe(0);
  expect(runScript(String((await rendered({}))['postinst']), 'triggered', 'x').status).toBe(1);
});

test('all of it passes shellcheck', async () => {
  const own = Buffer.from('#!/bin/sh -e\necho \'it is\' "$1"\n');
  const scripts = await rendered(
    { postinstall: own, preremove: own, postremove: own },
    'deb: {triggers: {interest: [/x]}}\n',
  );
  const dir = appDirectory({});
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(dir, name), String(text));
  run('shellcheck', '--norc', ...Object.keys(scripts).map((name) => join(dir, name)));
});

test('a program that is no text is refused', async () => {
  const elf = Buffer.from('\x7fELF\0\0', 'latin1');
  await expect(rendered({ postinstall: elf })).rejects.toThrow(/scripts\.postinstall: with a service/);
});

test('lines that stop the service are found', () => {
  const text = `#!/bin/sh
# systemctl stop hello
systemctl daemon-reload
  systemctl --quiet restart hello.service || true
if x; then service hello stop; fi
systemctl restart other
systemctl start hello
deb-systemd-invoke stop 'hello.service'
`;
  expect(stoppingLines('hello', { preremove: Buffer.from(text) }).map(({ line }) => line)).toEqual([
    'systemctl --quiet restart hello.service || true',
    'if x; then service hello stop; fi',
    "deb-systemd-invoke stop 'hello.service'",
  ]);
});
