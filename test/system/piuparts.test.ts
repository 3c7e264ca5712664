import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/host/cache-directory.ts';
import { debianRoot } from '../../src/host/nspawn/debian-root.ts';
import { openWorkshop, type Workshop } from './app-on-host.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop?.dispose());

it('piuparts has nothing to say: installed, removed, purged and installed again in a chroot, nothing is left', async () => {
  const deb = await workshop.build('node', { version: '1.0.0' });
  const root = await debianRoot(cacheDirectory(), 12, [], console.log);
  const options = ['--distribution=bookworm', '--keep-sources-list', '--no-eatmydata', '--no-upgrade-test'];
  // With a standard input that stays open it waits for somebody to answer.
  const { stdout } = await execa('piuparts', [`--existing-chroot=${root}`, ...options, deb], {
    stdin: 'ignore',
    timeout: 800_000,
  });
  expect(stdout).toContain('PASS: All tests.');
});
