import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  ask,
  handoffStatus,
  openWorkshop,
  pause,
  settled,
  type Workshop,
} from './app-on-host.ts';

// The contract’s table is on both releases.
describe.each<DebianRelease>([13])('the service on Debian %d', (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let deb: string;
  beforeAll(async () => {
    workshop = await openWorkshop();
    deb = await workshop.build('node', { version: '1.0.0' });
    host = await createTestHost({ debian });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it('answers after a fresh install', async () => {
    await aptInstall(host, deb);
    expect(await answeringVersion(host)).toBe('1.0.0');
    expect(await activity(host)).toBe('active');
    expect((await host.run(['systemctl', 'is-enabled', 'hello-node.service'])).stdout).toBe('enabled\n');
  });

  it('runs as a user of its own, with an exposure of at most 2.5', async () => {
    const { stdout } = await host.run([
      'systemd-analyze',
      'security',
      '--no-pager',
      'hello-node@1.0.0.service',
    ]);
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    expect(exposure).toBeLessThanOrEqual(2.5);
    const { stdout: user } = await host.run(['ps', '-C', 'node', '-o', 'user:20=']);
    expect(user.trim()).toBe('hello-node');
  });

  it('has units that systemd-analyze verify has nothing to say about', async () => {
    const units = ['hello-node', 'hello-node@1.0.0', 'hello-node-handoff@'];
    const paths = units.map((unit) => `/usr/lib/systemd/system/${unit}.service`);
    const { stdout, stderr } = await host.run(['systemd-analyze', 'verify', '--man=no', ...paths]);
    expect(stdout + stderr).toBe('');
  });

  it('stops and starts', async () => {
    await host.run(['systemctl', 'stop', 'hello-node']);
    expect(await activity(host)).toBe('inactive');
    await expect(ask(host)).rejects.toThrow();
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('takes up a changed /etc/default at a reload', async () => {
    await host.run(['sh', '-c', 'echo GREETING=changed >>/etc/default/hello-node']);
    await host.run(['systemctl', 'reload', 'hello-node']);
    const status = await settled(host);
    expect(status.current).toBe('1.0.0_2');
    const { stdout } = await host.run(['sh', '-c', 'tr "\\0" "\\n" <"/proc/$(pidof node)/environ"']);
    expect(stdout.split('\n')).toContain('GREETING=changed');
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('shows in systemctl status what it is and in the journal what happened', async () => {
    const { stdout } = await host.run(['systemctl', 'status', '--no-pager', 'hello-node']);
    expect(stdout).toContain('Active: active');
    const { stdout: journal } = await host.run([
      'journalctl',
      '-u',
      'hello-node',
      '-o',
      'json',
      '--no-pager',
    ]);
    const steps = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter((entry) => entry.HANDOFF_TO === '1.0.0_2')
      .map((entry) => entry.HANDOFF_STEP);
    expect(steps).toEqual(['gate', 'start', 'ready', 'switch', 'drain', 'retire']);
  });

  it('answers after a reboot', async () => {
    await host.reboot();
    expect(await activity(host)).toBe('active');
    expect(await answeringVersion(host)).toBe('1.0.0');
    expect((await handoffStatus(host)).current).toBe('1.0.0_2');
  });

  it('is failed where nothing serves any more, and starts again when asked to', async () => {
    const deadline = Date.now() + 40_000;
    while ((await activity(host)) !== 'failed' && Date.now() < deadline) {
      await host.run(['systemctl', 'kill', '--signal=SIGKILL', 'hello-node@1.0.0_2.service'], {
        check: false,
      });
      await pause(300);
    }
    expect(await activity(host)).toBe('failed');
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await answeringVersion(host)).toBe('1.0.0');
  });
});
