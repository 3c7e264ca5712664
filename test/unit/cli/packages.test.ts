import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appDirectory } from '../config/app-directory.ts';
import { run } from '../deb/scratch.ts';
import { mkdeb } from './mkdeb.ts';

const shared = `version: 1.0.0
maintainer: Ada <ada@example.org>
description: greets people
`;
const two = {
  'mkdeb.yaml': `${shared}packages:
  - {name: api, dir: api, depends: [adduser]}
  - {name: worker, dir: worker}
`,
  'api/api.txt': 'api',
  'worker/worker.txt': 'worker',
};
const field = (deb: string, name: string) => run('dpkg-deb', '-f', deb, name).trim();

/** A program of another architecture, as far as its first bytes go. */
function elf(path: string, machine: number): void {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}
const [amd64, arm64] = [62, 183];

describe('several packages of one configuration', () => {
  test('are built by one mkdeb build, each of its own directory', () => {
    const dir = appDirectory(two);
    const { status, stdout, stderr } = mkdeb(dir, ['build', '-o', 'out/', '--checksums']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^out\/api_1\.0\.0_all\.deb: .*\nfrom 1 file .*\n.*sha256.*\n\n {2}sudo apt install .*\n\nout\/worker_/,
    );
    expect(readdirSync(join(dir, 'out')).sort()).toEqual([
      'api_1.0.0_all.deb',
      'api_1.0.0_all.deb.sha256',
      'worker_1.0.0_all.deb',
      'worker_1.0.0_all.deb.sha256',
    ]);
    expect(field(join(dir, 'out/api_1.0.0_all.deb'), 'Depends')).toBe('adduser');
    expect(run('dpkg-deb', '-c', join(dir, 'out/worker_1.0.0_all.deb'))).toContain(
      './usr/lib/worker/dist/worker.txt\n',
    );
  });

  test('--json tells them in one object', () => {
    const dir = appDirectory(two);
    const { stdout } = mkdeb(dir, ['build', '--json', '--checksums', '--compress', 'gzip']);
    expect(JSON.parse(stdout)).toMatchObject({
      packages: [
        { name: 'api', path: 'api_1.0.0_all.deb', checksums: 'api_1.0.0_all.deb.sha256' },
        { name: 'worker', path: 'worker_1.0.0_all.deb', checksums: 'worker_1.0.0_all.deb.sha256' },
      ],
    });
  });

  test('mkdeb render keeps them apart', () => {
    const dir = appDirectory(two);
    expect(mkdeb(dir, ['render', '-o', 'out'])).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(dir, 'out')).sort()).toEqual(['api_1.0.0_all', 'worker_1.0.0_all']);
    expect(existsSync(join(dir, 'out/api_1.0.0_all/DEBIAN/control'))).toBe(true);
  });

  test.each<[string, Readonly<Record<string, string>>, string[], string]>([
    [
      'a mistake in the second',
      { 'mkdeb.yaml': two['mkdeb.yaml'].replace('name: worker', 'name: W') },
      [],
      'mkdeb.yaml:6:12: name is "W"; expected a Debian package name',
    ],
    [
      'a file that the second lacks',
      {
        'mkdeb.yaml': two['mkdeb.yaml'].replace(
          'dir: worker}',
          'dir: worker, scripts: {postinstall: no.sh}}',
        ),
      },
      [],
      'mkdeb.yaml:6:56: scripts.postinstall is "no.sh"; there is no such file in worker\n',
    ],
    [
      'two of one name',
      { 'mkdeb.yaml': two['mkdeb.yaml'].replace('name: worker', 'name: api') },
      [],
      'mkdeb.yaml:6:12: this package would be api_1.0.0_all.deb, as the one at mkdeb.yaml:5:12 is; give it another name\n',
    ],
    [
      'one file for two',
      {},
      ['-o', 'x.deb'],
      '--output is "x.deb"; 2 packages need a directory: write "x.deb/", and it is made\n',
    ],
  ])('%s: exit 2, and no package is written', (_, files, options, expected) => {
    const dir = appDirectory({ ...two, ...files });
    const { status, stdout, stderr } = mkdeb(dir, ['build', ...options]);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(readdirSync(dir).sort()).toEqual(['api', 'mkdeb.yaml', 'worker']);
  });

  test('mkdeb rehearse says that it wants one', () => {
    const dir = appDirectory(two);
    expect(mkdeb(dir, ['rehearse', '.', '.'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        '.: its configuration makes 2 packages; build them, and rehearse two files of one\n',
      ),
    });
  });
});

describe('several architectures', () => {
  const config = `name: hello
${shared}ignore: [build]
service: {exec: ./hello, port: 8080}
contents:
  - {src: "build/\${ARCH}/hello", dst: /usr/lib/hello/dist/hello, expand: true}
`;
  const app = (yaml: string) => {
    const dir = appDirectory({ 'mkdeb.yaml': yaml, 'README.md': 'Hello' });
    elf(join(dir, 'build/amd64/hello'), amd64);
    elf(join(dir, 'build/arm64/hello'), arm64);
    return dir;
  };

  test('make a package each, with the program that is built for it', () => {
    const dir = app(`${config}arch: [amd64, arm64]\n`);
    const { status, stdout, stderr } = mkdeb(dir, ['build', '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout).packages).toMatchObject([{ arch: 'amd64' }, { arch: 'arm64' }]);
    for (const arch of ['amd64', 'arm64']) {
      const deb = join(dir, `hello_1.0.0_${arch}.deb`);
      expect(field(deb, 'Architecture')).toBe(arch);
      run('dpkg-deb', '-x', deb, join(dir, arch));
      expect(
        readFileSync(join(dir, arch, 'usr/lib/hello/dist/hello')).equals(
          readFileSync(join(dir, `build/${arch}/hello`)),
        ),
      ).toBe(true);
    }
  });

  test('also for an nfpm.yaml', () => {
    const dir = app('');
    writeFileSync(
      join(dir, 'nfpm.yaml'),
      `name: hello\n${shared}arch: \${GOARCH}\ncontents: [{src: "build/\${GOARCH}/hello", dst: /usr/bin/hello}]\n`,
    );
    const { status, stderr } = mkdeb(dir, ['build', '-c', 'nfpm.yaml', '--arch', 'amd64,arm64']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(
      readdirSync(dir)
        .filter((file) => file.endsWith('.deb'))
        .sort(),
    ).toEqual(['hello_1.0.0_amd64.deb', 'hello_1.0.0_arm64.deb']);
  });

  test.each([
    ['in contents', config.replace('${ARCH}', 'amd64')],
    ['in the app', config.replace('ignore: [build]\n', '').replaceAll(/^contents:.*\n.*\n/gm, '')],
  ])('native code of another one %s is told, and nothing is written', (where, yaml) => {
    const dir = app(yaml);
    if (where === 'in the app') {
      copyFileSync(join(dir, 'build/amd64/hello'), join(dir, 'hello'));
      elf(join(dir, 'build/arm64/hello'), amd64);
    }
    const { status, stderr } = mkdeb(dir, ['build', '--arch', 'amd64,arm64']);
    expect(stderr).toMatch(
      /^mkdeb\.yaml:1:1: the package for arm64 would hold native code for amd64 \(.*hello\); give each architecture its own: "src: build\/\$\{ARCH\}\/…" with "expand: true"\n$/,
    );
    expect(status).toBe(2);
    expect(readdirSync(dir).filter((file) => file.endsWith('.deb'))).toEqual([]);
  });
});

describe('Multi-Arch', () => {
  const config = (more: string) => `name: hello\n${shared}ignore: [build]\n${more}`;
  const app = (more: string) => {
    const dir = appDirectory({ 'mkdeb.yaml': config(more), 'README.md': 'Hello' });
    elf(join(dir, 'build/libhello.so'), amd64);
    return dir;
  };

  test('foreign and allowed are written beside the architecture', () => {
    const dir = app('multiArch: foreign\n');
    expect(mkdeb(dir, ['build', '-o', 'x.deb'])).toMatchObject({ status: 0, stderr: '' });
    expect(run('dpkg-deb', '-f', join(dir, 'x.deb'))).toContain('\nArchitecture: all\nMulti-Arch: foreign\n');
  });

  test('same is written where the native code is below its architecture’s directory', () => {
    const dir = app(
      'multiArch: same\narch: amd64\ncontents: [{src: build/libhello.so, dst: /usr/lib/x86_64-linux-gnu/libhello.so.1}]\n',
    );
    expect(mkdeb(dir, ['build', '-o', 'x.deb'])).toMatchObject({ status: 0, stderr: '' });
    expect(field(join(dir, 'x.deb'), 'Multi-Arch')).toBe('same');
  });

  test.each([
    [
      'multiArch: same\n',
      'mkdeb.yaml:6:12: Multi-Arch is "same"; dpkg takes it for packages of one architecture only, and this one is for "all"; write foreign\n',
    ],
    [
      'multiArch: same\narch: amd64\nservice: {exec: /bin/true, port: 80}\n',
      'mkdeb.yaml:6:12: Multi-Arch is "same"; a service runs once on a host, not once for each architecture; write foreign\n',
    ],
    [
      'multiArch: same\narch: amd64\ncontents: [{src: build/libhello.so, dst: /usr/lib/libhello.so.1}]\n',
      'mkdeb.yaml:6:12: Multi-Arch is "same"; /usr/lib/libhello.so.1 is native code, and the package of another architecture would have it at the same path; put it below a directory such as /usr/lib/x86_64-linux-gnu, or write foreign\n',
    ],
  ])('same is refused for %j', (more, expected) => {
    expect(mkdeb(app(more), ['build'])).toMatchObject({ status: 2, stderr: expected });
  });
});
