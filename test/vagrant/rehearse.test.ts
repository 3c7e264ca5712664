import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/rehearse/recording.ts';
import { makeExample } from '../examples.ts';
import { handoffExamples } from '../handoffs.ts';
import { oneOf } from './sample.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const rows = oneOf(handoffExamples).map((example) => [example.handoff, example] as const);

describe('mkdeb rehearse --on vagrant', () => {
  let work: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'mkdeb-vagrant-test-'));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it.each(rows)(
    'shows of %s that nothing is lost in an upgrade, a refusal, a rollback; and that it serves after a reboot',
    async (handoff, { kind, service }) => {
      const app = async (version: string, within: string, more = {}) => {
        const health = { path: '/health', within, interval: '200ms' };
        const config = { service: { ...service, health, drain: { wait: '1s', limit: '5s', stop: '6s' } } };
        const dir = join(work, `${handoff}-${version}`);
        await makeExample(kind, { version, config, ...more }, dir);
        return dir;
      };
      const old = await app('1.0.0', '120s');
      const next = await app('1.1.0', '120s');
      const bad = await app('1.2.0', '5s', { variant: 'exits-at-once' });
      const json = join(work, `${handoff}.json`);
      // An emulated machine serves a few requests a second, beside what else it does.
      const load = ['--rate', '4', '--connections', '1', '--long', '/slow?ms=3000'];
      const { exitCode, stdout, stderr } = await execa(
        'node',
        [
          ...[cli, 'rehearse', old, next, '--on', 'vagrant', '--bad', bad, '--rollback', '--reboot'],
          ...[...load, '--json', json],
        ],
        { reject: false },
      );
      console.log(stdout);
      expect(stdout, stderr).toMatch(
        /^Nothing was lost: .*; 1\.2\.0 was refused; a rollback brought 1\.0\.0 back; it serves after a reboot\.$/m,
      );
      expect(exitCode).toBe(0);
      const { host } = JSON.parse(await readFile(json, 'utf8')) as Recording;
      // Debian's own, and not this machine's.
      expect(host.kernel).toMatch(/^6\.\d+\.\d+-\d+-cloud-/);
    },
  );
});
