import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { makeExample } from '../examples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** The README's code blocks of one kind: `sh` for this machine, `sh server`, `yaml`. */
function blocks(kind: string): string[] {
  return [...readme.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].flatMap(([, info, text]) =>
    info === kind && text !== undefined ? [text] : [],
  );
}

describe('the README', () => {
  let work: string;
  let env: NodeJS.ProcessEnv;
  let host: TestHost | undefined;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'mkdeb-readme-'));
    await cp(join(root, 'examples'), join(work, 'examples'), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    const prefix = join(work, 'prefix');
    env = { npm_config_prefix: prefix, PATH: [join(prefix, 'bin'), process.env['PATH']].join(delimiter) };
    await execa('npm', ['link'], { cwd: root, env });
  });
  afterAll(async () => {
    await host?.dispose();
    await rm(work, { recursive: true, force: true });
  });

  it('begins with a demo that works and the tests that run this', async () => {
    const [demo, tests, ...rest] = blocks('sh');
    expect([demo, tests]).toEqual(['npm run demo\n', 'npm test\n']);
    expect(rest.length).toBeGreaterThan(0);
    const { stdout } = await execa('npm', ['run', 'demo'], { cwd: root });
    expect(stdout).toMatch(
      /^Nothing was lost: .* of hello-node from 1\.0\.0 to 1\.1\.0\.\n(?:beware: .*\n)*answered: \d+ by 1\.0\.0, \d+ by 1\.1\.0/m,
    );
  });

  it('packages the example as it says', async () => {
    for (const block of blocks('sh').slice(2)) {
      await execa('sh', ['-ec', block], { cwd: work, env });
    }
    const { stdout } = await execa('dpkg-deb', [
      '--info',
      join(work, 'examples/node-app/hello-node_1.0.0_all.deb'),
    ]);
    expect(stdout).toContain('Package: hello-node');
    expect(await readFile(join(work, 'rendered/DEBIAN/postinst'), 'utf8')).toMatch(/^#!\/bin\/sh/);
  });

  it('shows a configuration that builds', async () => {
    const [config, ...others] = blocks('yaml');
    expect(others).toEqual([]);
    const app = join(work, 'configured');
    await makeExample('go', { version: '1.0.0' }, app);
    await writeFile(join(app, 'mkdeb.yaml'), config as string);
    const { stderr } = await execa('mkdeb', ['build', app, '-o', join(work, 'configured.deb')], { env });
    expect(stderr).toBe('');
  });

  it('has sweeps that run', async () => {
    expect(blocks('sh repository')).toEqual(['npm run sweep\nnpm run soak\n']);
    // Not as a part of this test run.
    const outside = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !key.startsWith('VITEST')),
    );
    const options = { cwd: root, env: outside, extendEnv: false };
    const few = ['--count', '1', '--seed', '1', '--handoff', 'reuseport'];
    const [sweep, soak] = await Promise.all([
      execa('npm', ['run', 'sweep', '--', 'kill', ...few], options),
      execa('npm', ['run', 'soak', '--', ...few], options),
    ]);
    expect(sweep.stdout).toMatch(/kill, reuseport, Debian 12, seed 1, at \d+ ms: ok /);
    expect(soak.stdout).toMatch(/soak, Debian 12, what the host holds: ok /);
  });

  it('works on the server as it says', async () => {
    host = await createTestHost({ debian: 12 });
    for (const version of ['1.0.0', '1.1.0']) {
      const app = join(work, version);
      const deb = `hello-node_${version}_all.deb`;
      await makeExample('node', { version }, app);
      await execa('mkdeb', ['build', app, '-o', join(work, deb)], { env });
      await host.copyIn(join(work, deb), `/root/${deb}`);
    }
    const said: string[] = [];
    for (const block of blocks('sh server')) {
      const { stdout } = await host.run(['sh', '-ec', `cd /root\n${block}`], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        // apt asks before it purges.
        input: 'y\n',
      });
      said.push(stdout);
    }
    expect(said).toHaveLength(3);
    expect(said[0]).toMatch(/Active: active/);
    expect(said[1]).toMatch(/hello-node@1\.1\.0\.service/);
    expect((await host.run(['dpkg', '--list', 'hello-node'], { check: false })).exitCode).toBe(1);
  });
});
