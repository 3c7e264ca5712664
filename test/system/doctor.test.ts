import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { aptInstall, openWorkshop, type Workshop } from './app-on-host.ts';

interface Findings {
  result: string;
  checks: { check: string; result: string; says: string; do: string | null }[];
}

describe.each([true, false])('NAME-handoff doctor, pidfd_getfd allowed: %s', (allowPidfdGetfd) => {
  let host: TestHost;
  let workshop: Workshop;
  const doctor = async () => {
    const { exitCode, stdout } = await host.run(['hello-node-handoff', 'doctor', '--json'], { check: false });
    const { result, checks } = JSON.parse(stdout) as Findings;
    return {
      exitCode,
      result,
      bad: checks.filter((c) => c.result !== 'ok'),
      all: checks.map((c) => c.check),
    };
  };

  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 12, allowPidfdGetfd });
    await host.run(['mkdir', '/usr/lib/hello-node']);
    await host.run(['mount', '-t', 'tmpfs', '-o', 'size=64M', 'tmpfs', '/usr/lib/hello-node']);
    const deb = await workshop.build('node', { version: '1.0.0' });
    await aptInstall(host, deb, { confined: true });
  });
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });

  if (allowPidfdGetfd)
    it('has nothing to say against a good host', async () => {
      expect(await doctor()).toEqual({
        exitCode: 0,
        result: 'ok',
        bad: [],
        all: [
          ...['pidfd_getfd', 'bpf', 'tcp_migrate_req', 'systemd', 'dpkg', 'memory', 'disk', 'apt'],
          ...['ports', 'package', 'service', 'handoff', 'last'],
        ],
      });
    });

  if (allowPidfdGetfd)
    it('names a full disk, too little memory, and who has the port', async () => {
      await host.run(['sh', '-c', 'cat /dev/zero >/usr/lib/hello-node/filler || true']);
      // As lxcfs tells containers what they may have.
      const meminfo = 'MemTotal: 20000 kB\nMemAvailable: 2048 kB\nSwapFree: 0 kB\n';
      await host.run(['tee', '/root/meminfo'], { input: meminfo });
      await host.run(['mount', '--bind', '/root/meminfo', '/proc/meminfo']);
      await host.run(['systemctl', 'stop', 'hello-node']);
      const listen =
        'use Socket; socket S,AF_INET,SOCK_STREAM,0; setsockopt S,SOL_SOCKET,SO_REUSEADDR,1; bind S,pack_sockaddr_in(8080,INADDR_ANY) or die; listen S,1; sleep 99';
      await host.run(['systemd-run', '--unit=thief', 'perl', '-e', listen]);
      await host.run([
        'sh',
        '-c',
        'until systemctl is-failed -q thief || ss -Htln | grep -q :8080; do sleep 0.1; done',
      ]);
      const { exitCode, bad } = await doctor();
      expect(exitCode).toBe(1);
      expect(bad.map((c) => [c.check, c.result])).toEqual([
        ['disk', 'fail'],
        ['ports', 'fail'],
        ['service', 'warn'],
      ]);
      expect(bad[1]?.says).toMatch(
        /^port 8080 is taken by perl \(process \d+, thief\.service\), at 0\.0\.0\.0:8080$/,
      );
      await host.run(['systemctl', 'stop', 'thief']);
      await host.run(['systemctl', 'start', 'hello-node']);
      const again = await doctor();
      expect(again.bad.map((c) => [c.check, c.result])).toEqual([
        ['memory', 'fail'],
        ['disk', 'fail'],
      ]);
      expect(again.bad[0]?.says).toMatch(/^an instance uses \d+ MB, 2 MB are available$/);
    });

  if (!allowPidfdGetfd)
    it('says what is not promised', async () => {
      const { exitCode, bad } = await doctor();
      expect(exitCode).toBe(0);
      expect(bad.map((c) => [c.check, c.result])).toEqual([['pidfd_getfd', 'warn']]);
      expect(bad[0]?.says).toContain('before it is checked');
    });
});
