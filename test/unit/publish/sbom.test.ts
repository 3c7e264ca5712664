import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { beforeAll, expect, test } from 'vitest';
import { billOfMaterials } from '../../../src/sbom/bill-of-materials.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';

const sha512 = Buffer.alloc(64, 7);
const module = (name: string, more: object = {}) => ({ name, version: '1.0.0', license: 'MIT', ...more });
const app = {
  'app/package.json': {
    ...{ name: 'hello', version: '1.2.0', description: 'Greets people', license: 'MIT', main: 'server.js' },
    author: 'Ada Lovelace <ada@example.org>',
    dependencies: { a: '^1.0.0', '@team/b': '1.0.0' },
    devDependencies: { 'only-dev': '1.0.0' },
  },
  'app/mkdeb.yaml': 'depends: [ca-certificates, "libc6 (>= 2.31) | musl"]\nservice:\n  port: 8080\n',
  'app/server.js': "require('a')\n",
  'app/node_modules/a/package.json': module('a', {
    dependencies: { c: '2' },
    license: '(MIT OR Apache-2.0)',
  }),
  'app/node_modules/a/node_modules/c/package.json': module('c', { version: '2.0.0', license: 'mit' }),
  'app/node_modules/a/test/fixtures/package.json': module('no-module'),
  'app/node_modules/@team/b/package.json': module('@team/b', {
    license: 'SEE LICENSE IN terms',
    dependencies: { c: '1' },
  }),
  'app/node_modules/c/package.json': module('c', { version: '1.0.0+x' }),
  'app/node_modules/only-dev/package.json': module('only-dev'),
  'app/package-lock.json': {
    lockfileVersion: 3,
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: `sha512-${sha512.toString('base64')}` },
      'node_modules/a/node_modules/c': { version: '2.0.0' },
      // Another version is installed than the lock file has: its hash says nothing of it.
      'node_modules/c': { version: '9.9.9', integrity: `sha512-${sha512.toString('base64')}` },
      'node_modules/@team/b': { version: '1.0.0' },
      'node_modules/only-dev': { version: '1.0.0', dev: true },
    },
  },
};

interface Component {
  name: string;
  group?: string;
  version?: string;
  purl: string;
  licenses?: unknown[];
  hashes?: { alg: string; content: string }[];
  'bom-ref': string;
}

interface Bom {
  serialNumber: string;
  metadata: { component: Component; timestamp?: string };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

let built: { text: string; bom: Bom };

beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-sbom-'));
  for (const [path, content] of Object.entries(app)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  built = billOf(dir);
  rmSync(dir, { recursive: true });
}, 60_000);

function billOf(dir: string): { text: string; bom: Bom } {
  const { status, stdout, stderr } = mkdeb(dir, ['build', 'app', '--sbom']);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('\nhello_1.2.0_all.deb.cdx.json: what it is made of\n');
  const text = readFileSync(join(dir, 'hello_1.2.0_all.deb.cdx.json'), 'utf8');
  return { text, bom: JSON.parse(text) as Bom };
}

test('--sbom tells the package, the modules in its payload and what it depends on', () => {
  const { bom } = built;
  expect(bom.metadata.component).toMatchObject({
    ...{ type: 'application', name: 'hello', version: '1.2.0', purl: 'pkg:deb/hello@1.2.0?arch=all' },
    licenses: [{ license: { id: 'MIT' } }],
  });
  const modules = bom.components.filter(({ purl }) => purl.startsWith('pkg:npm/'));
  expect(modules.map(({ purl, licenses }) => [purl, licenses])).toEqual([
    ['pkg:npm/%40team/b@1.0.0', [{ license: { name: 'SEE LICENSE IN terms' } }]],
    ['pkg:npm/a@1.0.0', [{ expression: '(MIT OR Apache-2.0)' }]],
    ['pkg:npm/c@1.0.0%2Bx', [{ license: { id: 'MIT' } }]],
    ['pkg:npm/c@2.0.0', [{ license: { id: 'MIT' } }]],
  ]);
  expect(modules.map(({ hashes }) => hashes)).toEqual([
    undefined,
    [{ alg: 'SHA-512', content: sha512.toString('hex') }],
    undefined,
    undefined,
  ]);
  const debian = bom.components.filter(({ purl }) => purl.startsWith('pkg:deb/'));
  expect(debian.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ca-certificates', 'libc6', 'nodejs', 'systemd']),
  );
});

test('it tells who needs what, as Node finds it', () => {
  const { bom } = built;
  const needs = (purl: string) => bom.dependencies.find(({ ref }) => ref === purl)?.dependsOn ?? [];
  expect(needs('pkg:npm/a@1.0.0')).toEqual(['pkg:npm/c@2.0.0']);
  expect(needs('pkg:npm/%40team/b@1.0.0')).toEqual(['pkg:npm/c@1.0.0%2Bx']);
  expect(needs(bom.metadata.component['bom-ref'])).toEqual(
    expect.arrayContaining(['pkg:npm/a@1.0.0', 'pkg:npm/%40team/b@1.0.0', 'relation:libc6 (>= 2.31) | musl']),
  );
});

test('it is CycloneDX 1.6 by the official schema, to the letter', async () => {
  const { text } = built;
  const validator = new Validation.JsonStrictValidator(Spec.Spec1dot6.version);
  expect(await validator.validate(text)).toBe(null);
  const wrong = text.replace('"type": "application"', '"type": "apple"');
  expect(await validator.validate(wrong)).not.toBe(null);
});

test('the same package has the same one, without a clock; another has another serial number', () => {
  expect(billOf(appDirectory(app)).text).toBe(built.text);
  expect(built.bom.metadata.timestamp).toBe(undefined);
  expect(built.bom.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const serial = (version: string) => {
    const control = Object.entries({ Package: 'hello', Version: version, Architecture: 'all' });
    const npm = { modules: [], appNeeds: [] };
    return (JSON.parse(billOfMaterials({ control, license: null, npm })) as Bom).serialNumber;
  };
  expect(serial('1.0')).toBe(serial('1.0'));
  expect(serial('1.0')).not.toBe(serial('1.1'));
});

test('an app without npm has the package and its dependencies', () => {
  const dir = appDirectory({
    'app/mkdeb.yaml':
      'name: hello\nversion: 1.2.0\nmaintainer: Ada <ada@example.org>\ndescription: |\n  Says hello\n  Twice.\n',
    'app/hello': '#!/bin/sh\n',
  });
  const { bom } = billOf(dir);
  expect(bom.components ?? []).toEqual([]);
  expect(bom.metadata.component.purl).toBe('pkg:deb/hello@1.2.0?arch=all');
});
