import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { type Load, startLoad } from '../../src/load/start-load.ts';
import type { Config } from '../examples.ts';
import { extras, files, least, units } from '../unit/extras/app.ts';
import {
  activity,
  answeringVersion,
  aptInstall,
  handoffStatus,
  losses,
  nothingLost,
  openWorkshop,
  settled,
  type Workshop,
} from './app-on-host.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const worker = 'hello-worker.service';
const runs = 'echo "$(basename $(pwd -P))" >>/root/worked; exec sleep infinity';

describe('hooks of a handoff, and units that go with the release', () => {
  let host: TestHost;
  let workshop: Workshop;
  let dir: string;
  let load: Load | undefined;

  /** Each hook notes who it is, from where to where it goes, and which version answers clients, and which one it reaches. */
  const note = (command: string) => ['/bin/sh', '-c', command];
  const asks = (options: string) =>
    `$(curl -sS ${options} http://127.0.0.1:8080/ 2>/dev/null | sed "s/.*version\\":\\"\\([^\\"]*\\).*/\\1/")`;
  const noting = (more = '') =>
    note(
      `echo "$HOOK $(id -un) $OLD_VERSION>$NEW_VERSION $GREETING clients: ${asks('')} new: ${asks('$REACH_NEW')}" >>/var/lib/hello-node/told${more}`,
    );
  const build = async (version: string, hooks: Config = {}, workerRuns = runs) => {
    const unit = join(dir, version);
    await rm(unit, { recursive: true, force: true });
    await writeFile(
      unit,
      `[Unit]\nDescription=Worker\n\n[Service]\nWorkingDirectory=/usr/lib/hello-node/releases/current\nExecStart=/bin/sh -c '${workerRuns.replaceAll('$', '$$')}'\n\n[Install]\nWantedBy=multi-user.target\n`,
    );
    return workshop.build('node', {
      version,
      config: {
        units: [{ file: unit, name: worker, upgrade: 'with-release' }],
        service: {
          health: { path: '/health', within: '60s' },
          drain: { wait: '1s', limit: '10s' },
          environment: { GREETING: 'hello there' },
          hooks: {
            prepare: noting(),
            ready: { run: noting(), within: '30s' },
            commit: { run: noting(), user: 'root' },
            ...hooks,
          },
        },
      },
    });
  };
  const lines = async (file: string) =>
    (await host.run(['cat', file], { check: false })).stdout.split('\n').filter((line) => line !== '');
  const told = async () => {
    const all = await lines('/var/lib/hello-node/told');
    await host.run(['truncate', '--size=0', '/var/lib/hello-node/told']);
    return all;
  };
  const someLoad = () =>
    startLoad(host, { address: host.address4, port: 8080, connections: { rate: 100, timeout: 30_000 } });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mkdeb-hooks-'));
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12 });
  });
  afterAll(async () => {
    load?.kill();
    await host?.dispose();
    await workshop?.dispose();
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
  });

  it('run at the first install too, and the worker starts after the app', async () => {
    await aptInstall(host, await build('1.0.0'));
    expect(await told()).toEqual([
      'prepare hello-node >1.0.0 hello there clients:  new: ',
      'ready hello-node >1.0.0 hello there clients: 1.0.0 new: 1.0.0',
      'commit root >1.0.0 hello there clients: 1.0.0 new: 1.0.0',
    ]);
    expect(await activity(host, worker)).toBe('active');
    expect(await lines('/root/worked')).toEqual(['1.0.0']);
  });

  it('run in an upgrade after their steps; the new version alone is warmed up, and nothing is lost', async () => {
    const deb = await build('1.1.0');
    load = await someLoad();
    await aptInstall(host, deb);
    await settled(host);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await told()).toEqual([
      'prepare hello-node 1.0.0>1.1.0 hello there clients: 1.0.0 new: 1.0.0',
      'ready hello-node 1.0.0>1.1.0 hello there clients: 1.0.0 new: 1.1.0',
      'commit root 1.0.0>1.1.0 hello there clients: 1.1.0 new: 1.1.0',
    ]);
    expect(await lines('/root/worked')).toEqual(['1.0.0', '1.1.0']);
  });

  it('that fail before the switch end the upgrade: apt says why, and the old version never stops serving', async () => {
    const away = await build('1.2.0', { prepare: note('echo the database is away >&2; exit 3') });
    const slow = await build('1.2.1', { ready: { run: note('echo warming up; sleep 300'), within: '2s' } });
    load = await someLoad();
    const refused = await aptInstall(host, away, { check: false });
    const cold = await aptInstall(host, slow, { check: false });
    const report = await load.stop();
    expect(losses(report)).toEqual(nothingLost);
    expect(Object.keys(report.byVersion)).toEqual(['1.1.0']);
    expect([refused.exitCode, cold.exitCode]).toEqual([100, 100]);
    const said = [refused, cold].map(({ stdout, stderr }) => (stdout + stderr).replaceAll('\r', ''));
    expect(said[0]).toMatch(
      /the database is away\n(.*\n)*.*the upgrade failed: its prepare hook ended with exit status 3\n.*still serving: hello-node@1\.1\.0\.service/,
    );
    expect(said[1]).toMatch(/warming up\n(.*\n)*.*its ready hook took longer than 2 s\n/);
    expect(await handoffStatus(host)).toMatchObject({ face: 'active', current: '1.1.0', next: null });
    expect(await lines('/root/worked')).toEqual(['1.0.0', '1.1.0']);
    await told();
  });

  it('run in a rollback, but for what had been prepared, and the worker goes back with it', async () => {
    await host.run(['hello-node-handoff', 'rollback']);
    await settled(host);
    expect(await told()).toEqual([
      'ready hello-node 1.1.0>1.0.0 hello there clients: 1.1.0 new: 1.0.0',
      'commit root 1.1.0>1.0.0 hello there clients: 1.0.0 new: 1.0.0',
    ]);
    expect(await lines('/root/worked')).toEqual(['1.0.0', '1.1.0', '1.0.0']);
  });

  it('that fail after the commit are only said, as is a worker that does not start', async () => {
    const deb = await build(
      '1.3.0',
      { commit: note('echo nobody listens; exit 4') },
      'echo no queue; exit 5',
    );
    load = await someLoad();
    const { stdout, stderr } = await aptInstall(host, deb);
    await settled(host);
    expect(losses(await load.stop())).toEqual(nothingLost);
    expect(await answeringVersion(host)).toBe('1.3.0');
    const said = (stdout + stderr).replaceAll('\r', '');
    expect(said).toContain(`${worker} does not run release 1.3.0: systemctl status ${worker}`);
    expect(said).toMatch(
      /nobody listens\n(.*\n)*.*its commit hook ended with exit status 4; .* serves all the same/,
    );
  });

  it('a worker that failed comes back with a version that works, and one that was stopped stays stopped', async () => {
    await aptInstall(host, await build('1.4.0'));
    expect(await activity(host, worker)).toBe('active');
    await host.run(['systemctl', 'stop', worker]);
    await aptInstall(host, await build('1.5.0'));
    await settled(host);
    expect(await activity(host, worker)).toBe('inactive');
    expect(await lines('/root/worked')).toEqual(['1.0.0', '1.1.0', '1.0.0', '1.4.0']);
  });

  it('prepare runs at the next start where the service was stopped', async () => {
    await host.run(['systemctl', 'stop', 'hello-node']);
    await told();
    await aptInstall(host, await build('1.6.0'));
    expect(await told()).toEqual([]);
    await host.run(['systemctl', 'start', 'hello-node']);
    expect(await told()).toEqual(['prepare hello-node >1.6.0 hello there clients:  new: ']);
    await host.run(['systemctl', 'restart', 'hello-node']);
    expect(await told()).toEqual([]);
  });

  it('prepare that fails at the first install keeps it from starting', async () => {
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
    const deb = await build('1.7.0', { prepare: note('echo the database is away; exit 3') });
    const { exitCode, stdout, stderr } = await aptInstall(host, deb, { check: false });
    expect(exitCode).toBe(100);
    expect((stdout + stderr).replaceAll('\r', '')).toMatch(
      /the database is away\n(.*\n)*.*its prepare hook ended with exit status 3\n(.*\n)*.*does not serve/,
    );
    expect(await activity(host)).toBe('inactive');
    expect(await activity(host, worker)).toBe('inactive');
  });

  it('nothing is left of it after a purge', async () => {
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
    expect(await activity(host, worker)).toBe('inactive');
    const left = await host.run([
      'sh',
      '-c',
      'find / -xdev -name "*hello-worker*" -o -xdev -path "*/lib/hello-node*"',
    ]);
    expect(left.stdout).toBe('');
  });
});

describe('the new version alone is reached by its ready hook', () => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, packages: ['nftables', 'python3'] });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  it.each(['socket', 'vip'])('with "handoff: %s"', async (handoff) => {
    const ready = [
      '/bin/sh',
      '-c',
      'curl -sS --fail $REACH_NEW http://localhost:8080/ | grep -F "$NEW_VERSION" >>/var/lib/hello-node/reached',
    ];
    for (const version of ['1.0.0', '1.1.0']) {
      const service = {
        handoff,
        health: { path: '/health', within: '60s' },
        drain: { wait: '5s', limit: '10s' },
        hooks: { ready },
      };
      await aptInstall(host, await workshop.build('node', { version, config: { service } }));
    }
    const { stdout } = await host.run(['cat', '/var/lib/hello-node/reached']);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining('1.0.0'),
      expect.stringContaining('1.1.0'),
    ]);
    await host.run(['apt-get', 'purge', '-y', 'hello-node']);
  });
});

describe('what a package carries for other programs of the host', () => {
  let host: TestHost;
  let dir: string;
  const build = async (version: string) => {
    const app = join(dir, version);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(app, path)), { recursive: true });
      await writeFile(join(app, path), content, { mode: path === 'stall' ? 0o755 : 0o644 });
    }
    await writeFile(join(app, 'mkdeb.yaml'), `${least}${extras}${units}`.replace('1.0.0', version));
    const deb = join(dir, `stall_${version}.deb`);
    await execa('node', [cli, 'build', app, '-o', deb, '--compress', 'gzip']);
    return deb;
  };
  const said = async (...argv: string[]) => (await host.run(argv, { check: false })).stdout.trim();
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mkdeb-stall-'));
    host = await createTestHost({ debian: 12 });
  });
  afterAll(async () => {
    await host?.dispose();
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
  });

  it('is known to them once it is installed', async () => {
    await aptInstall(host, await build('1.0.0'));
    expect(await said('getent', 'passwd', 'stall-scales')).toContain('Reads the scales');
    expect(await said('stat', '-c', '%a', '/run/stall')).toBe('755');
    expect(await said('readlink', '-f', '/usr/bin/stall')).toBe('/usr/lib/stall/dist/stall');
    expect(await said('stall')).toBe('hello');
    expect(await said('debconf-show', 'stall')).toContain('stall/price: 1');
    for (const unit of ['stall-report.timer', 'stall-scales.socket']) {
      expect(await activity(host, unit)).toBe('active');
      expect(await said('systemctl', 'is-enabled', unit)).toBe('enabled');
    }
    expect(await activity(host, 'stall-report.service')).toBe('inactive');
  });

  it('follows the admin at an upgrade: stopped stays stopped, disabled stays disabled', async () => {
    await host.run(['systemctl', 'stop', 'stall-report.timer']);
    await host.run(['systemctl', 'disable', 'stall-scales.socket']);
    await aptInstall(host, await build('1.1.0'));
    expect(await activity(host, 'stall-report.timer')).toBe('inactive');
    expect(await said('systemctl', 'is-enabled', 'stall-report.timer', 'stall-scales.socket')).toBe(
      'enabled\ndisabled',
    );
    expect(await activity(host, 'stall-scales.socket')).toBe('active');
  });

  it('has maintainer scripts that take every argument of dpkg’s, again and again', async () => {
    const calls = {
      prerm: ['upgrade 1.2', 'failed-upgrade 1.0.0 1.1.0', 'deconfigure in-favour other 1'],
      postinst: [
        'abort-upgrade 1.2',
        'abort-remove',
        'abort-deconfigure in-favour other 1',
        'configure 1.1.0',
      ],
      postrm: [
        'upgrade 1.2',
        'failed-upgrade 1.0.0 1.1.0',
        'abort-install',
        'abort-upgrade 1.0.0',
        'disappear other 1',
      ],
    };
    for (const [script, all] of Object.entries(calls))
      for (const call of [...all, ...all])
        await host.run([`/var/lib/dpkg/info/stall.${script}`, ...call.split(' ')], {
          env: { DEBIAN_FRONTEND: 'noninteractive' },
        });
    expect(await activity(host, 'stall-scales.socket')).toBe('active');
  });

  it('is gone when it is removed, and starts again when it comes back', async () => {
    await host.run(['apt-get', 'remove', '-y', 'stall']);
    expect(await activity(host, 'stall-scales.socket')).toBe('inactive');
    expect(await said('readlink', '/usr/bin/stall')).toBe('');
    await aptInstall(host, await build('1.1.0'));
    expect(await activity(host, 'stall-report.timer')).toBe('active');
  });

  it('leaves nothing behind after a purge', async () => {
    await host.run(['apt-get', 'purge', '-y', 'stall']);
    expect(await said('debconf-show', 'stall')).toBe('');
    expect(
      await said('sh', '-c', 'find /etc /usr /var/lib/systemd -name "stall*" -o -name "*-stall.*"'),
    ).toBe('');
  });
});
