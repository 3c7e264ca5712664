import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppConfig, ServiceConfig } from '../../src/config/app-config.ts';
import { noExtras } from '../../src/config/extras.ts';
import { completePackaging } from '../../src/config/packaging.ts';
import { noReadExtras } from '../../src/extras/read-extras.ts';
import { assemblePackage } from '../../src/package/assemble.ts';
import type { Package } from '../../src/package/package.ts';
import { writeTree } from '../package-tree.ts';

const service: ServiceConfig = {
  exec: ['node', 'server.js', '--title', 'it\'s "50%" $HOME'],
  listeners: [
    { address: null, port: 8080 },
    { address: '::1', port: 443 },
  ],
  listen: 'fd',
  handoff: 'reuseport',
  isolate: 'namespace',
  reload: { signal: 'HUP' },
  health: {
    path: "/health?it's",
    status: [200, 299],
    body: null,
    within: 30_000,
    interval: 500,
    timeout: 2000,
    times: 3,
    notify: false,
  },
  drain: { wait: 10_000, limit: 60_000, idle: 2000, stop: 30_000 },
  keep: 3,
  canary: { steps: [{ share: 2.5, duration: 30_000 }], check: ['./check', "it's"] },
  hooks: [
    { step: 'prepare', command: ['./migrate', "it's"], user: 'root', within: 300_000 },
    { step: 'commit', command: ['/usr/bin/logger', 'sold'], user: 'shop', within: 60_000 },
  ],
  probation: 300_000,
  user: 'shop',
  environment: { GREETING: 'a "quoted" 100% $(word)\nsecond line' },
  workers: 2,
  preload: true,
  node: null,
  unit: [
    ['Unit', 'Wants', 'postgresql.service'],
    ['Service', 'LimitNOFILE', '1048576'],
  ],
};

const fdApp: AppConfig = {
  name: 'shop',
  version: '1:2.0~rc1+git20261122-1',
  arch: 'auto',
  maintainer: 'Shop Team <shop@example.org>',
  synopsis: 'sells 100% of things',
  description: 'The shop of the golden tests.\n\nIt sells nothing.',
  section: 'net',
  priority: 'optional',
  homepage: 'https://shop.example.org',
  license: 'MIT',
  relations: { depends: ['nodejs (>= 18)'], recommends: ['postgresql'] },
  ignore: [],
  packaging: completePackaging({}, () => '').packaging,
  debugSymbols: 'keep',
  extras: noExtras,
  service,
};

const selfApp: AppConfig = {
  ...fdApp,
  name: 'till',
  version: '1.0.0',
  relations: {},
  service: {
    ...service,
    exec: ['./bin/till', '--port', '8081'],
    listeners: [{ address: '127.0.0.1', port: 8081 }],
    listen: 'self',
    preload: false,
    health: { ...service.health, path: null },
    user: 'till',
    workers: 1,
    environment: {},
    unit: [],
  },
};

const socketApp: AppConfig = {
  ...fdApp,
  name: 'desk',
  version: '1.0.0',
  relations: { depends: ['gunicorn'] },
  service: {
    ...service,
    exec: ['gunicorn', 'desk:app'],
    handoff: 'socket',
    preload: false,
    health: { ...service.health, notify: true },
    user: 'desk',
    workers: 1,
    environment: {},
    unit: [],
  },
};

const reloadApp: AppConfig = {
  ...fdApp,
  name: 'counter',
  version: '1.0.0',
  relations: {},
  service: {
    ...service,
    exec: ['./bin/counter', "it's"],
    listen: 'self',
    handoff: 'reload',
    reload: { signal: 'USR2' },
    preload: false,
    canary: { steps: [], check: [] },
    hooks: [],
    user: 'counter',
    workers: 1,
    environment: { GREETING: "it's 100%" },
    unit: [],
  },
};

const vipApp: AppConfig = {
  ...fdApp,
  name: 'kiosk',
  version: '1.0.0',
  relations: {},
  service: {
    ...service,
    exec: ['./bin/kiosk'],
    listen: 'self',
    handoff: 'vip',
    preload: false,
    user: 'kiosk',
    workers: 1,
    environment: {},
    unit: [],
  },
};

const plain: AppConfig = { ...fdApp, name: 'leaflet', service: null };

describe.each([fdApp, selfApp, socketApp, reloadApp, vipApp, plain])('the package of $name', (config) => {
  const pkg: Package = assemblePackage(
    config,
    { entries: [], nativeArch: null, summary: '', license: null },
    {
      arch: 'all',
      epochSeconds: 1_700_000_000,
      contents: [],
      node: null,
      files: { scripts: {}, controlFiles: {}, changelog: null },
      extras: noReadExtras,
    },
  );
  const golden = (path: string) => join(import.meta.dirname, config.name, path);
  let tree: string;
  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), 'mkdeb-golden-'));
    await writeTree(pkg, tree);
  });
  afterAll(() => rm(tree, { recursive: true, force: true }));

  it('has these fields', async () => {
    const text = pkg.control.map(([name, value]) => `${name}: ${value}\n`).join('');
    await expect(text).toMatchFileSnapshot(golden('DEBIAN/control'));
  });

  it('has these files, links and modes', async () => {
    const lines = pkg.entries.map((entry) => {
      if (entry.kind === 'symlink' || entry.kind === 'hardlink') return `${entry.path} -> ${entry.target}`;
      const conffile = entry.kind === 'file' && entry.conffile ? ' conffile' : '';
      return `${entry.path} ${entry.mode.toString(8)}${conffile}`;
    });
    await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot(golden('list'));
  });

  it.each(Object.entries(pkg.scripts))('has this %s', async (name, text) => {
    await expect(String(text)).toMatchFileSnapshot(golden(`DEBIAN/${name}`));
  });

  const rendered = pkg.entries.filter((entry) => entry.kind === 'file');
  // The runtime is shipped as it is in templates/.
  const interpolated = rendered.filter(
    ({ path }) => !/\/(handoff|\.mkdeb)\/(?!settings|start|listen|guard\.service)/.test(path),
  );
  it.each(interpolated.map((entry) => [entry.path, entry] as const))('has this %s', async (path, entry) => {
    if (entry.kind !== 'file' || 'disk' in entry.content) throw new Error(`${path} is not made here`);
    const text = 'text' in entry.content ? entry.content.text : gunzipSync(entry.content.bytes).toString();
    await expect(text).toMatchFileSnapshot(golden(path.replace(/\.gz$/, '')));
  });

  if (config.service)
    it('has shell and perl without a complaint of shellcheck and perl', async () => {
      const scripts = Object.keys(pkg.scripts).map((name) => join(tree, 'DEBIAN', name));
      const lib = join(tree, `usr/lib/${config.name}`);
      await execa('shellcheck', ['--norc', ...scripts, join(lib, 'dist/.mkdeb/settings')]);
      await execa('shellcheck', ['--norc', '-x', '-a', join(lib, 'handoff/run')]);
      const programs = ['steer', 'ready', 'drain', 'guard', 'generations'].map((name) =>
        join(lib, 'handoff', name),
      );
      if (config.service?.listen === 'fd') programs.push(join(lib, 'dist/.mkdeb/launch'));
      if (config.service?.handoff === 'reload') {
        await execa('shellcheck', ['--norc', join(lib, 'dist/.mkdeb/start')]);
        programs.push(join(lib, 'dist/.mkdeb/become'));
      }
      for (const program of programs) await execa('perl', ['-c', program]);
    });
});
