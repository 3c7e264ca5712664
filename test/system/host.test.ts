import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import { CommandFailed } from '../../src/host/host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';

const exec = promisify(execFile);

/** What a URL answers, asked from where load comes from; waits for a server that has just been started. */
async function fetched(host: TestHost, url: string): Promise<string> {
  const retry = ['--retry', '50', '--retry-connrefused', '--retry-delay', '1', '--max-time', '30'];
  const [file, ...args] = host.fromClient(['curl', '-sS', '--noproxy', '*', ...retry, url]) as [
    string,
    ...string[],
  ];
  return (await exec(file, args)).stdout;
}

describe.each<DebianRelease>([12, 13])('a Debian %d test host', (debian) => {
  let host: TestHost;
  let here: string;
  beforeAll(async () => {
    here = await mkdtemp(join(tmpdir(), 'mkdeb-host-test-'));
    host = await createTestHost({ debian, progress: console.log });
  });
  afterAll(async () => {
    await host?.dispose();
    await rm(here, { recursive: true, force: true });
  });

  it('has booted its own systemd, with no unit failed', async () => {
    expect((await host.run(['systemctl', 'is-system-running'])).stdout).toBe('running\n');
    expect((await host.run(['cat', '/proc/1/comm'])).stdout).toBe('systemd\n');
    expect((await host.run(['cat', '/etc/debian_version'])).stdout).toMatch(new RegExp(`^${debian}\\.`));
  });

  it('runs commands with input, environment and exit code, and with nothing of this machine', async () => {
    expect(
      await host.run(['sh', '-c', 'cat; echo "$GREETING" >&2; exit 3'], {
        input: 'in',
        env: { GREETING: 'a b' },
        check: false,
      }),
    ).toEqual({
      exitCode: 3,
      stdout: 'in',
      stderr: 'a b\n',
    });
    const { stdout } = await host.run(['env']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0])
        .sort(),
    ).toEqual(['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'USER']);
  });

  it('says what a failed command said', async () => {
    const failure = host.run(['sh', '-c', 'echo out; echo because >&2; exit 7']);
    await expect(failure).rejects.toThrow(CommandFailed);
    await expect(failure).rejects.toThrow(/exit code 7\nout\nbecause$/);
  });

  it('ends a command that takes too long, and what it has started', async () => {
    await expect(host.run(['sh', '-c', 'sleep 4321 & sleep 4321'], { timeout: 200 })).rejects.toThrow(
      'not done within 200 ms',
    );
    await expect
      .poll(() => host.run(['pgrep', '-f', 'sleep 4321'], { check: false }))
      .toMatchObject({ exitCode: 1 });
  });

  it('takes and gives files and directories, bytes and modes kept', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
    await mkdir(join(here, 'tree/deep'), { recursive: true });
    await writeFile(join(here, 'tree/deep/tool'), bytes, { mode: 0o755 });
    await host.copyIn(join(here, 'tree/deep/tool'), '/srv/one/tool');
    await host.copyIn(join(here, 'tree'), '/srv/tree');
    expect((await host.run(['stat', '-c', '%a %U %s', '/srv/one/tool', '/srv/tree/deep/tool'])).stdout).toBe(
      '755 root 300000\n755 root 300000\n',
    );
    await host.copyOut('/srv/one/tool', join(here, 'back'));
    await host.copyOut('/srv/tree', join(here, 'tree-back'));
    expect((await readFile(join(here, 'back'))).equals(bytes)).toBe(true);
    expect((await readFile(join(here, 'tree-back/deep/tool'))).equals(bytes)).toBe(true);
    await expect(host.copyOut('/srv/none', join(here, 'none'))).rejects.toThrow('No such file');
    await expect(stat(join(here, 'none'))).rejects.toThrow('ENOENT');
  });

  it('is reached from its client network by IPv4 and IPv6, and from nowhere else', async () => {
    await host.run([
      'systemd-run',
      '--unit=page',
      'node',
      '-e',
      'require("http").createServer((_, answer) => answer.end("hello")).listen(80, "::")',
    ]);
    for (const address of [host.address4, `[${host.address6}]`]) {
      expect(await fetched(host, `http://${address}/`)).toBe('hello');
    }
    expect((await exec('ip', ['address'])).stdout).not.toContain(host.address4);
    await host.run(['systemctl', 'stop', 'page']);
  });

  it('can attach a BPF program to a SO_REUSEPORT group', async () => {
    const program = await readFile(new URL('host-reuseport-bpf.pl', import.meta.url));
    expect((await host.run(['perl'], { input: program })).stdout).toBe('0 0 30\n');
  });

  it('has network sysctls of its own, back at their defaults after a reboot', async () => {
    await host.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/tcp_migrate_req']);
    expect(await readFile('/proc/sys/net/ipv4/tcp_migrate_req', 'utf8')).toBe('0\n');
    const id = (await host.run(['cat', '/etc/machine-id'])).stdout;
    const boot = (await host.run(['cat', '/proc/sys/kernel/random/boot_id'])).stdout;
    await host.reboot();
    expect((await host.run(['cat', '/proc/sys/net/ipv4/tcp_migrate_req'])).stdout).toBe('0\n');
    expect((await host.run(['cat', '/etc/machine-id'])).stdout).toBe(id);
    expect((await host.run(['cat', '/proc/sys/kernel/random/boot_id'])).stdout).not.toBe(boot);
  });

  it('keeps its disk when the power is cut, and nothing gets a chance to say goodbye', async () => {
    await host.run(['sh', '-c', 'echo kept > /srv/file; sync /srv/file']);
    await host.run([
      'systemd-run',
      '--unit=polite',
      '-p',
      'ExecStop=touch /srv/goodbye',
      'sleep',
      'infinity',
    ]);
    await host.cutPower();
    await expect(host.run(['true'])).rejects.toThrow('is off');
    await host.boot();
    expect((await host.run(['cat', '/srv/file'])).stdout).toBe('kept\n');
    expect((await host.run(['test', '-e', '/srv/goodbye'], { check: false })).exitCode).toBe(1);
  });

  it('stops its services when it is powered off', async () => {
    await host.run([
      'systemd-run',
      '--unit=polite',
      '-p',
      'ExecStop=touch /srv/goodbye',
      'sleep',
      'infinity',
    ]);
    await host.powerOff();
    await host.boot();
    expect((await host.run(['test', '-e', '/srv/goodbye'], { check: false })).exitCode).toBe(0);
  });

  it('boots again after it went off by itself', async () => {
    await host.run(['systemctl', 'poweroff', '--force', '--force'], { check: false });
    await expect.poll(() => host.run(['true'], { check: false }).then((o) => o.exitCode)).not.toBe(0);
    await expect
      .poll(
        () =>
          host.boot().then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await host.run(['true']);
  });
});

describe('two test hosts at once', () => {
  it('have the same addresses in different networks, and different machine ids', async () => {
    const hosts = await Promise.all([createTestHost({ debian: 12 }), createTestHost({ debian: 12 })]);
    try {
      const ids = await Promise.all(
        hosts.map(async (host) => (await host.run(['cat', '/etc/machine-id'])).stdout),
      );
      expect(ids[0]).not.toBe(ids[1]);
      for (const host of hosts) {
        const server = `require('http').createServer((_, answer) => answer.end('${host.name}')).listen(80)`;
        await host.run(['systemd-run', '--unit=page', 'node', '-e', server]);
        expect(await fetched(host, `http://${host.address4}/`)).toBe(host.name);
      }
    } finally {
      await Promise.all(hosts.map((host) => host.dispose()));
    }
  });
});

/** Prints what pidfd_getfd(2) of one's own standard output says. */
const getfd = 'my $p = syscall(434, $$ + 0, 0); print syscall(438, $p, 1, 0) < 0 ? "$!\\n" : "allowed\\n"';

describe('pidfd_getfd on a test host', () => {
  it.each([
    [true, 'allowed\n'],
    [false, 'Operation not permitted\n'],
  ])('with allowPidfdGetfd %s', async (allowPidfdGetfd, said) => {
    const host = await createTestHost({ debian: 12, allowPidfdGetfd });
    try {
      expect((await host.run(['perl', '-e', getfd])).stdout).toBe(said);
    } finally {
      await host.dispose();
    }
  });
});
