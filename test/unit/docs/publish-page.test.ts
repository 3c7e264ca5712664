import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Key, makeKey, removeKeys } from '../publish/keys.ts';
import { blocks, deadLinks, docs, wholeConfig } from './page.ts';

const page = readFileSync(`${docs}/publish.md`, 'utf8');
const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const all = blocks(page);
const here = all.filter(({ language, file }) => language === 'sh' && file === null);

let work: string;
let home: string;
let key: Key;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mkdeb-publish-'));
  home = mkdtempSync(join(tmpdir(), 'mkdeb-keys-'));
  key = makeKey(home, 'release');
  mkdirSync(join(work, 'hello'));
  mkdirSync(join(work, 'bin'));
  writeFileSync(join(work, 'hello/mkdeb.yaml'), wholeConfig(''));
  writeFileSync(join(work, 'hello/hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  writeFileSync(join(work, 'bin/mkdeb'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, {
    mode: 0o755,
  });
  env = { GNUPGHOME: home, PATH: [join(work, 'bin'), process.env['PATH']].join(delimiter) };
}, 60_000);
afterAll(() => {
  removeKeys(home);
  rmSync(work, { recursive: true, force: true });
});

const run = (text: string) => execa('sh', ['-ec', text], { cwd: work, env });

test('every command of the page does what it says', async () => {
  const said: string[] = [];
  for (const { text } of here) said.push((await run(text)).stdout);
  expect(said).toHaveLength(5);
  expect(said[0]).toContain(`\nhello_1.0.0_all.deb: signed (origin) by ${key.fingerprint}`);
  expect(said[1]).toContain('\nhello_1.0.0_all.deb.cdx.json: ');
  expect(said[2]).toBe('hello_1.0.0_all.deb: OK');
  const shown = all.find(({ language }) => language === 'text')?.text;
  expect(`${said[3]}\n`).toBe(shown?.replace(/[0-9A-F]{40}/, key.fingerprint));
  expect(said[4]).toContain('\nhello_1.0.0_all.changes, hello_1.0.0_all.buildinfo: ');
});

test('a server that is set up as the page says accepts the package, and nobody else’s', async () => {
  await run(
    'mkdeb build ./hello --sign release@example.org && gpg --armor --export release@example.org >release-public.asc',
  );
  const policy = all.find(({ file }) => file === 'release.pol');
  writeFileSync(join(work, 'release.pol'), policy?.text ?? '');
  const server = all.filter(({ language, file }) => language === 'sh' && file === 'server');
  expect(server).toHaveLength(1);
  // Folders of its own in place of this machine's.
  const own = 'for at in /etc/debsig /usr/share/debsig; do mount -t tmpfs none "$at"; done';
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const verify = (more = '') =>
    execa('unshare', [...namespace, 'sh', '-ec', `${own}\n${more}\n${server[0]?.text}`], {
      cwd: work,
      env,
      reject: false,
    });
  expect(await verify()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Verified package') });
  makeKey(home, 'stranger');
  expect((await verify('mkdeb sign hello_1.0.0_all.deb --sign stranger@example.org')).exitCode).not.toBe(0);
});

test('every link of the page leads somewhere', () => {
  expect(deadLinks(page)).toEqual([]);
});
