/** App directories made from examples/, in any version and broken in any of the ways that upgrades must survive. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { isMap, parseDocument } from 'yaml';
import { madeOnce } from './made-once.ts';

/** Ways of being unhealthy. `answers-after=30`: starts to listen 30 s late; `answers-500-later`: from the second request on; `flaps`: its health check is fine every other time. */
export type Variant =
  | 'exits-at-once'
  | 'exits-after-1s'
  | 'never-listens'
  | 'answers-500'
  | 'answers-500-later'
  | 'hangs'
  | 'flaps'
  | `answers-after=${number}`;

export const exampleKinds = ['node', 'go', 'tableflip', 'python', 'fixed', 'plain'] as const;
export type ExampleKind = (typeof exampleKinds)[number];

export interface ExampleOptions {
  /** What the app answers as its version, and the package's version. */
  version: string;
  /** The package's version where it is not the app's. */
  packageVersion?: string;
  variant?: Variant;
  /** The Node example as test/variants/clients.cjs starts it: with WebSockets, and with HTTP/2 where HTTP2_PORT is set. */
  clients?: boolean;
  /** The package's name; by default hello-node, hello-go, hello-tableflip, hello-python, hello-fixed or hello-plain. */
  name?: string;
  /** By default 8080 (node), 8081 (go), 8082 (python), 8083 (fixed: it can't be another), 8084 (plain) or 8085 (tableflip). */
  port?: number;
  /** Laid over the example's mkdeb.yaml, key by key: `{ service: { drain: … } }`. */
  config?: Config;
}

export interface Config {
  readonly [key: string]: string | number | boolean | readonly (string | number | Config)[] | Config;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const variants = join(root, 'test/variants');
const cache = join(root, '.cache/examples');

/** Fills `dir`, made if missing, with an app ready for `mkdeb build dir`. Dependencies and binaries are made once. */
export async function makeExample(kind: ExampleKind, options: ExampleOptions, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await {
    node: makeNode,
    go: makeGo,
    tableflip: makeTableflip,
    python: makePython,
    fixed: makeFixed,
    plain: makePlain,
  }[kind](options, dir);
  await writeFile(join(dir, 'data/message.txt'), `hello from ${options.version}\n`);
  const config = parseDocument(await readFile(join(dir, 'mkdeb.yaml'), 'utf8'));
  lay(options.config ?? {}, []);
  await writeFile(join(dir, 'mkdeb.yaml'), config.toString());

  function lay(over: Config, at: readonly string[]): void {
    for (const [key, value] of Object.entries(over)) {
      const path = [...at, key];
      if (isConfig(value) && isMap(config.getIn(path))) lay(value, path);
      else config.setIn(path, config.createNode(value));
    }
    const { name, port, packageVersion } = options;
    if (at.length > 0) return;
    if (packageVersion !== undefined || kind !== 'node')
      config.set('version', packageVersion ?? options.version);
    if (name !== undefined && kind !== 'node') config.set('name', name);
    if (port !== undefined) {
      config.setIn(['service', 'port'], port);
      if (kind === 'go' || kind === 'tableflip')
        config.setIn(['service', 'environment', 'PORT'], String(port));
    }
  }
}

function isConfig(value: Config[string]): value is Config {
  return typeof value === 'object' && !Array.isArray(value);
}

async function makeNode({ version, variant, clients, name }: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'node-app');
  for (const file of ['server.js', 'mkdeb.yaml', 'LICENSE', 'README.md', 'data', 'package-lock.json']) {
    await cp(join(source, file), join(dir, file), { recursive: true });
  }
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  manifest.version = version;
  if (name !== undefined) manifest.name = name;
  if (variant !== undefined) {
    await cp(join(variants, 'variant.cjs'), join(dir, 'variant.cjs'));
    manifest.scripts.start = `node variant.cjs ${variant}`;
  }
  if (clients) {
    await cp(join(variants, 'clients.cjs'), join(dir, 'clients.cjs'));
    await cp(join(root, 'node_modules/ws'), join(dir, 'ws'), { recursive: true });
    manifest.scripts.start = 'node clients.cjs';
  }
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await cp(await nodeModules(source), join(dir, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}

async function nodeModules(source: string): Promise<string> {
  const lock = await readFile(join(source, 'package-lock.json'));
  const made = await madeOnce(cache, `node-${digest(lock)}`, async (dir) => {
    await cp(join(source, 'package.json'), join(dir, 'package.json'));
    await cp(join(source, 'package-lock.json'), join(dir, 'package-lock.json'));
    await execa('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: dir });
  });
  return join(made, 'node_modules');
}

async function makeGo(options: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'go-app');
  for (const file of ['mkdeb.yaml', 'LICENSE', 'README.md', 'data']) {
    await cp(join(source, file), join(dir, file), { recursive: true });
  }
  await goBinary('hello-go', source, ['main.go', 'listen.go', 'stop.go', 'go.mod'], options, dir);
}

async function makeFixed(options: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'fixed-port');
  for (const file of ['mkdeb.yaml', 'LICENSE', 'README.md']) await cp(join(source, file), join(dir, file));
  await mkdir(join(dir, 'data'), { recursive: true });
  await goBinary('hello-fixed', source, ['main.go', 'go.mod'], options, dir);
}

async function makeTableflip(options: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'tableflip-app');
  for (const file of ['mkdeb.yaml', 'LICENSE', 'README.md', 'data']) {
    await cp(join(source, file), join(dir, file), { recursive: true });
  }
  // Its library is a package of Debian's, which are built in Go's older way.
  const environment = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' };
  await goBinary('hello-tableflip', source, ['main.go', 'serve.go'], options, dir, environment);
}

async function goBinary(
  program: string,
  source: string,
  names: readonly string[],
  { version, variant }: ExampleOptions,
  dir: string,
  environment: Record<string, string> = {},
): Promise<void> {
  const files = [...names.map((file) => join(source, file)), join(variants, 'variant.go')];
  const sources = await Promise.all(files.map((file) => readFile(file)));
  const flags = `-s -w -X main.version=${version} -X main.variant=${variant ?? ''}`;
  const build = ['build', '-trimpath', '-ldflags', flags, '-o', program, '.'];
  const made = await madeOnce(cache, `go-${digest(...sources, ...build)}`, async (work) => {
    for (const file of files) await cp(file, join(work, file.slice(file.lastIndexOf('/'))));
    await execa('go', build, { cwd: work, env: { CGO_ENABLED: '0', ...environment } });
  });
  await cp(join(made, program), join(dir, program));
}

async function makePython({ version, variant }: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'python-app');
  for (const file of ['hello.py', 'mkdeb.yaml', 'LICENSE', 'README.md', 'data']) {
    await cp(join(source, file), join(dir, file), { recursive: true });
  }
  if (variant !== undefined) await cp(join(variants, 'variant.py'), join(dir, 'hello.py'));
  await writeFile(join(dir, 'version.py'), `version = '${version}'\nvariant = '${variant ?? ''}'\n`);
}

async function makePlain({ version, variant }: ExampleOptions, dir: string): Promise<void> {
  const source = join(examples, 'plain-python');
  for (const file of ['server.py', 'mkdeb.yaml', 'LICENSE', 'README.md']) {
    await cp(join(source, file), join(dir, file));
  }
  await mkdir(join(dir, 'data'), { recursive: true });
  if (variant !== undefined) await cp(join(variants, 'plain.py'), join(dir, 'server.py'));
  await writeFile(join(dir, 'version.py'), `version = '${version}'\nvariant = '${variant ?? ''}'\n`);
}

/** A name for what is made of `parts`. */
export function digest(...parts: (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
