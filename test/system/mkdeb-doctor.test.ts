import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AskedHost } from '../../src/doctor/asked-host.ts';
import type { Examination } from '../../src/doctor/examination.ts';
import { examineHost, examinePackage } from '../../src/doctor/examine.ts';
import { examinedPackage } from '../../src/doctor/examined-package.ts';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import type { Config, ExampleKind } from '../examples.ts';
import { aptInstall, openWorkshop, type Workshop } from './app-on-host.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const { signal } = new AbortController();

/** A test host as mkdeb doctor asks one; `as`: what the commands there are run by. */
function asked(host: TestHost, as: readonly string[] = []): AskedHost {
  return {
    called: host.name,
    run: (argv, { input }) => host.run([...as, ...argv], { input, check: false }),
    async dispose() {},
  };
}

const somebody = ['setpriv', '--reuid=daemon', '--regid=daemon', '--clear-groups'];

/** What is not fine, as [check, result], by section. */
const bad = ({ sections }: Examination) =>
  Object.fromEntries(
    sections.map(({ about, checks }) => [
      about,
      checks.filter((c) => c.result !== 'ok').map((c) => [c.check, c.result]),
    ]),
  );

const says = ({ sections }: Examination, check: string) =>
  sections.flatMap(({ checks }) => checks).find((c) => c.check === check)?.says;

describe('mkdeb doctor', () => {
  let host: TestHost;
  let workshop: Workshop;
  let work: string;
  const examine = async (
    options: { kind?: ExampleKind; version?: string; config?: Config },
    as: readonly string[] = [],
  ) => {
    const { kind = 'node', version = '1.1.0', config = {} } = options;
    const deb = await workshop.build(kind, { version, config });
    return examinePackage(asked(host, as), await examinedPackage(deb), signal);
  };
  /** Everything that a doctor might leave. */
  const traces = async () => {
    const { stdout } = await host.run([
      'find',
      ...[
        '/run',
        '/tmp',
        '/var/tmp',
        '/dev/shm',
        '/var/cache',
        '/var/lib/dpkg',
        '/var/lib/apt',
        '/usr',
        '/etc',
      ],
      ...['-not', '-path', '/run/systemd/*', '-not', '-path', '/run/udev/*', '-not', '-path', '/run/log/*'],
      ...['-type', 'f', '-printf', '%p %T@\\n', ',', '-type', 'd', '-printf', '%p\\n'],
    ]);
    return stdout.split('\n').sort();
  };

  beforeAll(async () => {
    workshop = await openWorkshop();
    work = await mkdtemp(join(tmpdir(), 'mkdeb-doctor-test-'));
    host = await createTestHost({ debian: 12, packages: ['openssh-server', 'sudo'] });
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(work, 'key')]);
    await host.copyIn(join(work, 'key.pub'), '/root/.ssh/authorized_keys');
    const known = [`UserKnownHostsFile ${work}/known`, 'StrictHostKeyChecking accept-new'];
    await writeFile(
      join(work, 'config'),
      ['Host staging', `HostName ${host.address4}`, `IdentityFile ${work}/key`, ...known, ''].join('\n'),
    );
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
    await rm(work, { recursive: true, force: true });
  });

  it('has nothing to say against a package on a good host, and leaves nothing there', async () => {
    const before = await traces();
    const examination = await examine({});
    expect(bad(examination)).toEqual({ 'hello-node 1.1.0': [] });
    expect(examination.sections[0]?.checks.map((c) => c.check)).toEqual([
      ...['pidfd_getfd', 'bpf', 'tcp_migrate_req', 'systemd', 'dpkg', 'architecture', 'depends'],
      ...['memory', 'disk', 'apt', 'ports', 'package'],
    ]);
    expect(examination.system).toMatch(/^Debian GNU\/Linux 12 \(bookworm\), Linux \d\S+, \w+$/);
    expect(await traces()).toEqual(before);
  });

  it('names who has the port, what is missing, and the wrong architecture', async () => {
    const listen =
      'use Socket; socket S,AF_INET,SOCK_STREAM,0; bind S,pack_sockaddr_in(8080,INADDR_ANY) or die; listen S,1; sleep 9999';
    await host.run(['systemd-run', '--unit=thief', 'perl', '-e', listen]);
    await host.run(['sh', '-c', 'until ss -Htln | grep -q :8080; do sleep 0.1; done']);
    const taken = await examine({ config: { depends: ['no-such-program (>= 2)', 'nodejs'] } });
    await host.run(['systemctl', 'stop', 'thief']);
    expect(bad(taken)).toEqual({
      'hello-node 1.1.0': [
        ['depends', 'fail'],
        ['ports', 'fail'],
      ],
    });
    expect(says(taken, 'ports')).toMatch(/^port 8080 is taken by perl \(process \d+, thief\.service\), at /);
    expect(says(taken, 'depends')).toContain('no-such-program');

    const foreign = await examine({ config: { arch: 'arm64' } });
    expect(bad(foreign)).toMatchObject({ 'hello-node 1.1.0': [['architecture', 'fail']] });
  });

  it('says that a changed handoff is a restart', async () => {
    const socket = { service: { handoff: 'socket' } };
    await aptInstall(host, await workshop.build('node', { version: '1.0.0', config: socket }));
    const change = await examine({});
    expect(bad(change)).toEqual({ 'hello-node 1.1.0': [['change', 'warn']] });
    expect(says(change, 'change')).toMatch(
      /^from 1\.0\.0 to 1\.1\.0 the handoff changes from socket to reuseport: this upgrade is a restart/,
    );
    expect(bad(await examine({ config: socket }))).toEqual({ 'hello-node 1.1.0': [] });
  });

  it('says that a changed user is refused, and what is a downgrade', async () => {
    await aptInstall(host, await workshop.build('node', { version: '1.1.0' }));
    const user = await examine({ version: '1.2.0', config: { service: { user: 'www-data' } } });
    expect(bad(user)).toEqual({ 'hello-node 1.2.0': [['change', 'fail']] });
    expect(bad(await examine({ version: '1.0.0' }))).toEqual({ 'hello-node 1.0.0': [['change', 'warn']] });
  });

  it('says what the host can do, and how the packages there are', async () => {
    const examination = await examineHost(asked(host), signal);
    expect(bad(examination)).toEqual({
      'every handoff': [],
      'handoff reuseport': [],
      'handoff socket': [],
      'handoff reload': [],
      'handoff vip': [['nftables', 'warn']],
      'installed hello-node': [],
    });
  });

  it('says what it could not look at, if not run as root', async () => {
    const examination = await examine({ version: '1.2.0' }, somebody);
    expect(bad(examination)).toEqual({
      'hello-node 1.2.0': [
        ['root', 'warn'],
        ['pidfd_getfd', 'warn'],
        ['bpf', 'warn'],
        ['ports', 'warn'],
        ['last', 'warn'],
      ],
    });
    expect((await examineHost(asked(host, somebody), signal)).result).toBe('warn');
  });

  const overSsh = (...args: string[]) => {
    const ssh = ['--on', 'ssh://root@staging', '--ssh-config', join(work, 'config')];
    return host.fromClient([process.execPath, cli, 'doctor', ...ssh, ...args]);
  };

  it('asks a machine by ssh, and says the same', async () => {
    const deb = await workshop.build('node', { version: '1.2.0' });
    const [command = '', ...args] = overSsh('--json', deb);
    const { exitCode, stdout, stderr } = await execa(command, args, { reject: false });
    expect(stderr).toBe('');
    const examination = JSON.parse(stdout) as Examination;
    expect(examination.host).toBe('root@staging');
    expect(bad(examination)).toEqual({ 'hello-node 1.2.0': [] });
    expect(exitCode).toBe(0);
  });

  it('takes away what it has brought when it is interrupted', async () => {
    const deb = await workshop.build('node', { version: '1.2.0' });
    const [command = '', ...args] = overSsh(deb);
    const doctor = spawn(command, args, { stdio: 'ignore' });
    const ended = once(doctor, 'exit');
    const brought = async () =>
      (await host.run(['find', '/run', '-maxdepth', '1', '-name', '*doctor.*'])).stdout;
    while ((await brought()) === '' && doctor.exitCode === null) await sleep(5);
    doctor.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
    await expect.poll(brought, { timeout: 60_000 }).toBe('');
  });

  it('takes it away on this machine before it ends', async () => {
    const deb = await workshop.build('node', { version: '1.0.0' });
    const run = await mkdtemp(join(tmpdir(), 'mkdeb-run-'));
    onTestFinished(() => rm(run, { recursive: true }));
    // Instead of /run, so that nobody else's is taken for it.
    const own = ['--mount', 'sh', '-c', 'mount --bind "$0" /run && exec "$@"', run];
    const doctor = spawn('unshare', [...own, process.execPath, cli, 'doctor', deb], { stdio: 'ignore' });
    const ended = once(doctor, 'exit');
    while ((await readdir(run)).length === 0 && doctor.exitCode === null) await sleep(5);
    expect(await readdir(run)).toEqual([expect.stringMatching(/^mkdeb-doctor\./)]);
    doctor.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
    expect(await readdir(run)).toEqual([]);
  });
});

describe('mkdeb doctor, where pidfd_getfd is forbidden', () => {
  it('says what is not promised there', async () => {
    const workshop = await openWorkshop();
    const host = await createTestHost({ debian: 13, allowPidfdGetfd: false });
    try {
      const deb = await workshop.build('node', { version: '1.0.0' });
      const examination = await examinePackage(asked(host), await examinedPackage(deb), signal);
      expect(bad(examination)).toEqual({ 'hello-node 1.0.0': [['pidfd_getfd', 'warn']] });
      expect(says(examination, 'pidfd_getfd')).toContain('before it is checked');
    } finally {
      await host.dispose();
      await workshop.dispose();
    }
  });
});
