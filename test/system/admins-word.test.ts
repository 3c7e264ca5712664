import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  handoffStatus,
  openWorkshop,
  refuses,
  settled,
  type Workshop,
} from './app-on-host.ts';

// The contract’s table is on both releases.
describe.each<DebianRelease>([12])("the admin's word on Debian %d", (debian) => {
  let host: TestHost;
  let workshop: Workshop;
  let debs: string[];
  beforeAll(async () => {
    workshop = await openWorkshop();
    debs = await Promise.all(['1.0.0', '1.1.0'].map((version) => workshop.build('node', { version })));
    host = await createTestHost({ debian });
    await aptInstall(host, debs[0] as string);
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });
  const upgrade = (index: number) => aptInstall(host, debs[index] as string);

  it('stopped stays stopped, and starts as the new version', async () => {
    await host.run(['systemctl', 'stop', 'hello-node']);
    await upgrade(1);
    expect(await activity(host)).toBe('inactive');
    expect((await handoffStatus(host)).releases.every((r) => r.instance === 'inactive')).toBe(true);
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await answeringVersion(host)).toBe('1.1.0');
  });

  it('disabled stays disabled, and what runs is upgraded all the same', async () => {
    await host.run(['systemctl', 'disable', 'hello-node']);
    await upgrade(0);
    await settled(host);
    expect((await host.run(['systemctl', 'is-enabled', 'hello-node'], { check: false })).stdout).toBe(
      'disabled\n',
    );
    expect(await answeringVersion(host)).toBe('1.0.0');
    await host.run(['systemctl', 'enable', 'hello-node']);
  });

  it('masked stays masked', async () => {
    await host.run(['systemctl', 'stop', 'hello-node']);
    await host.run(['systemctl', 'mask', 'hello-node']);
    await upgrade(1);
    expect((await host.run(['systemctl', 'is-enabled', 'hello-node'], { check: false })).stdout).toBe(
      'masked\n',
    );
    expect(await activity(host)).toBe('inactive');
    await host.run(['systemctl', 'unmask', 'hello-node']);
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await answeringVersion(host)).toBe('1.1.0');
  });

  it('restarted and stopped it is also where its instance ends badly, and no other release starts', async () => {
    // On probation, and with a release to go back to.
    const { current, previous } = await handoffStatus(host);
    expect(previous).toMatch(/^1\.0\.0/);
    const dropIn = '/etc/systemd/system/hello-node@.service.d';
    await host.run([
      'sh',
      '-c',
      `mkdir -p "$0" && printf '[Service]\\nKillSignal=SIGKILL\\n' >"$0/x.conf" && systemctl daemon-reload`,
      dropIn,
    ]);
    const looked = () =>
      expect
        .poll(() => activity(host, `hello-node-handoff@failed:${current}.service`), { timeout: 30_000 })
        .toBe('inactive');
    for (let times = 0; times < 3; times++) {
      await host.run(['systemctl', 'restart', 'hello-node']);
      await looked();
      expect(await activity(host)).toBe('active');
      expect(await answeringVersion(host)).toBe('1.1.0');
    }
    await host.run(['systemctl', 'stop', 'hello-node']);
    const failure = ['systemctl', 'show', '--property=Result', '--value', `hello-node@${current}.service`];
    expect((await host.run(failure)).stdout).toBe('signal\n');
    await looked();
    expect(await activity(host)).toBe('inactive');
    expect(await refuses(host, 8080)).toBe(true);
    await host.run(['rm', '-r', dropIn]);
    await host.run(['systemctl', 'daemon-reload']);
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await handoffStatus(host)).toMatchObject({ current, previous });
    expect(await answeringVersion(host)).toBe('1.1.0');
  });

  it.each([
    ['restarted', () => host.run(['systemctl', 'restart', 'hello-node'], { check: false })],
    ['booted', () => host.reboot()],
  ])(
    '%s, a version on probation that does not start any more gives way to the one before',
    async (_, again) => {
      const { current } = await handoffStatus(host);
      const dropIn = `/etc/systemd/system/hello-node@${current}.service.d`;
      await host.run([
        'sh',
        '-c',
        `mkdir -p "$0" && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' >"$0/x.conf" && systemctl daemon-reload`,
        dropIn,
      ]);
      await again();
      await expect
        .poll(() => answeringVersion(host).catch(() => 'nobody'), { timeout: 60_000 })
        .toBe('1.0.0');
      await expect.poll(() => activity(host), { timeout: 30_000 }).toBe('active');
      await host.run(['rm', '-r', dropIn]);
      await host.run(['systemctl', 'daemon-reload']);
      await aptInstall(host, debs[1] as string, { again: true });
      await settled(host);
      expect(await answeringVersion(host)).toBe('1.1.0');
    },
  );

  it('policy-rc.d 101: what runs goes on, what is committed is new, a reload brings it up', async () => {
    await host.run([
      'sh',
      '-c',
      'printf "#!/bin/sh\\nexit 101\\n" >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d',
    ]);
    const { stdout } = await upgrade(0);
    expect(stdout).toContain('policy-rc.d forbids it');
    expect(await answeringVersion(host)).toBe('1.1.0');
    await host.run(['rm', '/usr/sbin/policy-rc.d']);
    await host.run(['systemctl', 'reload', 'hello-node']);
    await settled(host);
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('a changed conffile is kept', async () => {
    await host.run(['sh', '-c', 'echo MINE=1 >>/etc/default/hello-node']);
    await upgrade(1);
    expect((await host.run(['cat', '/etc/default/hello-node'])).stdout).toContain('MINE=1');
  });

  it('two apps on one host do not touch each other', async () => {
    const other = { name: 'hello-other', port: 8090 };
    const [first, second] = await Promise.all(
      ['1.0.0', '2.0.0'].map((version) => workshop.build('node', { version, ...other })),
    );
    await aptInstall(host, first as string);
    await upgrade(0);
    await aptInstall(host, second as string);
    await Promise.all([settled(host), settled(host, 'hello-other')]);
    expect(await answeringVersion(host)).toBe('1.0.0');
    expect(await answeringVersion(host, 8090)).toBe('2.0.0');
    await host.run(['apt-get', 'purge', '-y', 'hello-other']);
    expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it('an install where systemd does not run is committed, and starts at the first boot', async () => {
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
    await host.copyIn(debs[0] as string, '/root/offline.deb');
    // A chroot as image builders have it: no /run/systemd/system.
    await host.run([
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs none /run && apt-get install -y /root/offline.deb',
    ]);
    expect(await activity(host)).toBe('inactive');
    await host.reboot();
    expect(await activity(host)).toBe('active');
    expect(await answeringVersion(host)).toBe('1.0.0');
  });
});

describe('a maintainer script', () => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
    const deb = await workshop.build('node', { version: '1.0.0' });
    await aptInstall(host, deb);
    await execa('dpkg-deb', ['-e', deb, `${deb}.control`]);
    await host.copyIn(`${deb}.control`, '/root/control');
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  // Policy 6.5: every way in which dpkg may call them.
  it.each([
    ['prerm', 'upgrade', '1.1.0'],
    ['prerm', 'failed-upgrade', '0.9.0', '1.0.0'],
    ['prerm', 'deconfigure', 'in-favour', 'other', '1.0', 'removing', 'third', '1.0'],
    ['postrm', 'upgrade', '1.1.0'],
    ['postrm', 'failed-upgrade', '0.9.0', '1.0.0'],
    ['postrm', 'abort-install'],
    ['postrm', 'abort-install', '0.9.0', '1.0.0'],
    ['postrm', 'abort-upgrade', '0.9.0', '1.0.0'],
    ['postinst', 'abort-upgrade', '1.1.0'],
    ['postinst', 'abort-deconfigure', 'in-favour', 'other', '1.0', 'removing', 'third', '1.0'],
    ['postinst', 'configure', '1.0.0'],
    ['prerm', 'remove'],
    ['postinst', 'abort-remove'],
    ['prerm', 'remove', 'in-favour', 'other', '1.0'],
    ['postinst', 'abort-remove', 'in-favour', 'other', '1.0'],
  ])('%s %s leaves the app serving or stopped as it should', async (script, ...args) => {
    await host.run([`/root/control/${script}`, ...args]);
    const stopped = script === 'prerm' && args[0] === 'remove';
    expect(await activity(host)).toBe(stopped ? 'inactive' : 'active');
    if (!stopped) expect(await answeringVersion(host)).toBe('1.0.0');
  });

  it.each(['postinst', 'prerm', 'postrm'])('%s refuses an unknown argument', async (script) => {
    const outcome = await host.run([`/root/control/${script}`, 'dance'], { check: false });
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.stderr).toContain("unknown argument 'dance'");
  });

  it.each([['remove'], ['purge'], ['disappear', 'other', '1.0']])('postrm %s ends well', async (...args) => {
    await host.run(['systemctl', 'stop', 'hello-node']);
    await host.run(['/root/control/postrm', ...args]);
  });
});
