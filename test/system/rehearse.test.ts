import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/rehearse/recording.ts';
import { timelineOf } from '../../src/rehearse/timeline.ts';
import { makeExample } from '../examples.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

describe('mkdeb rehearse', () => {
  let work: string;
  const rehearse = (...args: string[]) =>
    execa('node', [cli, 'rehearse', '1.0.0', '1.1.0', '--duration', '1s', ...args], {
      cwd: work,
      reject: false,
    });
  const recorded = async () => JSON.parse(await readFile(join(work, 'r.json'), 'utf8')) as Recording;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'mkdeb-rehearse-test-'));
    // A slow machine takes its time to start a healthy version; what is unhealthy is waited for in vain.
    const config = (within: string) => ({
      service: {
        health: { path: '/health', within, interval: '100ms' },
        drain: { wait: '1s', limit: '3s', stop: '4s' },
      },
    });
    for (const version of ['1.0.0', '1.1.0'])
      await makeExample('node', { version, clients: true, config: config('60s') }, join(work, version));
    const bad = { version: '1.2.0', variant: 'answers-500', config: config('3s') } as const;
    await makeExample('node', bad, join(work, 'bad'));
    await cp(join(import.meta.dirname, 'rehearsal-check.sh'), join(work, 'check'));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it('shows that an upgrade loses nothing, that it survives its killing, that an unhealthy version is refused, and the way back', async () => {
    const { exitCode, stdout, stderr } = await rehearse(
      ...['--kill', '--rollback', '--reboot', '--bad', 'bad', '--check', './check'],
      ...['--download', '/download?seconds=2', '--websocket', '/', '--ipv6'],
      ...['--json', 'r.json', '--junit', 'r.xml', '--report', 'r.html', '--svg', 'r.svg'],
    );
    expect(stdout).toMatch(
      /^Nothing was lost: [\d,]+ requests, every one answered, .*; 1\.2\.0 was refused; a rollback brought 1\.1\.0 back; it serves after a reboot\.$/m,
    );
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/switch: new connections go to hello-node@1\.1\.0\.service/);
    const recording = await recorded();
    for (const kind of ['connections', 'keepAlive', 'downloads', 'webSockets', 'messages'] as const)
      expect(recording.load.byKind[kind]?.ok, kind).toBeGreaterThan(0);
    expect(recording.load.byKind.webSockets?.reconnected).toBeGreaterThan(0);
    expect(Object.keys(recording.load.byAddress)).toHaveLength(2);
    const steps = timelineOf(recording).bands.map(({ step }) => step);
    expect(steps.slice(0, 5)).toEqual(['prepare', 'start', 'switch', 'drain', 'retire']);
    expect(steps).toContain('go back');
    expect(new Set(recording.usage.map(({ instance }) => instance))).toContain('1.1.0');
    expect(new Set(recording.checks.map(({ stage }) => stage))).toEqual(
      new Set(['before', 'during', 'after']),
    );
    expect(await readFile(join(work, 'r.html'), 'utf8')).toContain('Nothing was lost');
    expect(await readFile(join(work, 'r.xml'), 'utf8')).toContain('failures="0"');
  });

  it('finds what a plain package loses, and in which step', async () => {
    const { exitCode, stdout } = await rehearse('--against', 'restart', '--json', 'r.json');
    expect(stdout).toMatch(/^Lost [\d,]+ of [\d,]+ requests \(.*refused.*\) .* in the step “/m);
    expect(exitCode).toBe(1);
    const { losses } = timelineOf(await recorded());
    const steps = new Set(losses.map(({ step }) => step));
    expect([...steps]).toContain('unpack');
  });

  it('says what to do where the app does not answer as it is asked', async () => {
    const { exitCode, stderr } = await rehearse('--path', '/nowhere');
    expect(exitCode).toBe(2);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'GET /nowhere of hello-node 1.0.0 on port 8080 is answered with status 404; name a path that is answered 200 with --path',
    );
    const http2 = await rehearse('--http2', '3');
    expect(http2.exitCode).toBe(2);
    expect(http2.stderr).toContain('GET / in HTTP/2 of hello-node 1.0.0 on port 8080 is not answered');
  });
});
