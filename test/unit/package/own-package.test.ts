import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownPackage } from '../../own-package.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('mkdeb’s own package', { timeout: 600_000 }, () => {
  let deb: string;
  let unpacked: string;
  beforeAll(async () => {
    deb = await ownPackage();
    unpacked = mkdtempSync(join(tmpdir(), 'mkdeb-own-'));
    execFileSync('dpkg-deb', ['--extract', deb, unpacked]);
  }, 600_000);
  afterAll(() => {
    if (unpacked !== undefined) rmSync(unpacked, { recursive: true, force: true });
  });

  test('is of this checkout’s version, and needs nothing that Debian 12 does not have', () => {
    const control = execFileSync('dpkg-deb', ['--field', deb], { encoding: 'utf8' });
    expect(control).toMatch(/^Package: mkdeb\n/);
    expect(control).toContain(`\nVersion: ${version}\n`);
    expect(control).toContain('\nArchitecture: amd64\n');
    expect(control).toContain(
      '\nDepends: libc6 (>= 2.28), libdeflate-tools, libgcc-s1, libstdc++6 (>= 8), xz-utils, zstd\n',
    );
  });

  test('suggests what mkdeb tells people to install', () => {
    const src = join(root, 'src');
    const texts = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(src, name), 'utf8'));
    const told = texts.flatMap((text) => [
      ...text.matchAll(/(?:apt install |debianPackage: ')([a-z0-9.+-]+)/g),
    ]);
    const names = new Set(told.map(([, name = '']) => name));
    expect(names).toContain('dpkg-dev');
    const relations = execFileSync('dpkg-deb', ['--field', deb, 'Depends', 'Suggests'], { encoding: 'utf8' });
    const known = new Set([...relations.matchAll(/(?<=[ ,])[a-z0-9][a-z0-9.+-]+/g)].map(([name]) => name));
    // An app's own, and what $auto asks for on another architecture.
    for (const name of ['hello', 'libc6']) known.add(name);
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
  });

  test('lintian has nothing to say about it', async () => {
    const options = ['--allow-root', '--tag-display-limit', '0'];
    const { exitCode, stdout, stderr } = await execa('lintian', [...options, deb], { reject: false });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('holds what production needs, and the Node that it runs on', () => {
    const lib = join(unpacked, 'usr/lib/mkdeb/dist');
    const modules = readdirSync(join(lib, 'node_modules'));
    const { files, dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    // As npm would publish it.
    for (const path of files) expect(existsSync(join(lib, path)), path).toBe(true);
    for (const name of Object.keys(dependencies)) expect(modules).toContain(name.split('/')[0]);
    // The code of most is in mkdeb's own files; their notices stay.
    expect(readdirSync(join(lib, 'node_modules/yaml')).sort()).toEqual(['LICENSE', 'package.json']);
    expect(existsSync(join(lib, 'node_modules/uplot/dist/uPlot.iife.min.js'))).toBe(true);
    for (const name of ['vitest', 'typescript', '.bin']) expect(modules).not.toContain(name);
    expect(Object.keys(devDependencies)).toContain('vitest');
    const own = join(unpacked, 'usr/lib/mkdeb/node');
    expect(execFileSync(own, ['--version'], { encoding: 'utf8' })).toMatch(/^v22\./);
    // What Depends says.
    expect(neededVersion(own, 'GLIBC')).toEqual([2, 28]);
    expect(neededVersion(own, 'GLIBCXX')).toEqual([3, 4, 21]);
  });

  test('has all that its modules load', () => {
    const load = `
      for (const name of await readdir(folder, { recursive: true }))
        if (name.endsWith('.js') && !starting.includes(name)) await import(folder + name);`;
    const dist = join(unpacked, 'usr/lib/mkdeb/dist/dist/');
    const given = `import { readdir } from 'node:fs/promises'; const folder = ${JSON.stringify(dist)};`;
    // What is a program of its own: it would run.
    const starting = "const starting = ['cli.js', 'load/main.js', 'rehearse/ask.js'];";
    const { status, stderr } = spawnSync(
      join(unpacked, 'usr/lib/mkdeb/node'),
      ['--input-type=module', '--eval', given + starting + load],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('builds packages that are the same to the byte as this checkout’s', () => {
    const dir = appDirectory({
      'app/mkdeb.yaml':
        'name: hello\nversion: 1.0.0\nmaintainer: Ada <ada@example.org>\ndescription: says hello\nservice: {exec: ./hello, port: 8080}\n',
    });
    execFileSync('cp', ['/bin/true', join(dir, 'app/hello')]);
    const cli = join(unpacked, 'usr/lib/mkdeb/dist/dist/cli.js');
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
    const options = ['build', 'app', '--sbom', '-o', 'a.deb'];
    execFileSync(join(unpacked, 'usr/lib/mkdeb/node'), [cli, ...options], { cwd: dir, env });
    expect(mkdeb(dir, ['build', 'app', '-o', 'b.deb']).status).toBe(0);
    expect(readFileSync(join(dir, 'a.deb')).equals(readFileSync(join(dir, 'b.deb')))).toBe(true);
    expect(existsSync(join(dir, 'a.deb.cdx.json'))).toBe(true);
  });

  test('has man pages, completions and documentation', () => {
    const share = join(unpacked, 'usr/share');
    const page = (name: string) => gunzipSync(readFileSync(join(share, 'man', name))).toString();
    expect(page('man1/mkdeb.1.gz')).toContain(`"mkdeb ${version.replaceAll('-', '\\-')}"`);
    expect(page('man5/mkdeb.yaml.5.gz')).toContain('service.port');
    for (const [shell, file] of [
      ['bash', 'bash-completion/completions/mkdeb'],
      ['zsh', 'zsh/vendor-completions/_mkdeb'],
      ['fish', 'fish/vendor_completions.d/mkdeb.fish'],
    ] as const) {
      expect(readFileSync(join(share, file), 'utf8')).toBe(mkdeb(root, ['completion', shell]).stdout);
    }
    expect(readdirSync(join(share, 'doc/mkdeb'))).toEqual(
      expect.arrayContaining(['README.md', 'changelog.gz', 'copyright', 'docs', 'node-license.gz']),
    );
    expect(JSON.parse(readFileSync(join(share, 'mkdeb/mkdeb.schema.json'), 'utf8')).title).toBe('mkdeb.yaml');
  });
});

/** The newest version of a library's symbols that a program asks for. */
function neededVersion(program: string, library: string): number[] {
  const symbols = execFileSync('objdump', ['-T', program], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const versions = [...symbols.matchAll(new RegExp(`\\b${library}_([\\d.]+)\\)?`, 'g'))].map(
    ([, found = '']) => found.split('.').map(Number),
  );
  return versions.reduce((newest, one) => (compare(one, newest) > 0 ? one : newest), [0]);
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [i, number] of one.entries()) {
    if (number !== (other[i] ?? 0)) return number - (other[i] ?? 0);
  }
  return one.length - other.length;
}
