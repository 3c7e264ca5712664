import si from 'systeminformation';
import type { TestHost } from '../host/test-host.ts';
import type { HostFacts } from './recording.ts';

/** What the rehearsal ran on: the test host's software, this machine's hardware. */
export async function hostFacts(host: TestHost, debian: number): Promise<HostFacts> {
  const first = async (...argv: string[]) => (await host.run(argv)).stdout.split('\n')[0]?.trim() ?? '';
  const [cpu, memory] = await Promise.all([si.cpu(), si.mem()]);
  return {
    debian,
    systemd: (await first('systemctl', '--version')).replace(/^systemd (\d+).*$/, '$1'),
    dpkg: await first('dpkg-query', '--show', '--showformat=${Version}', 'dpkg'),
    kernel: await first('uname', '--kernel-release'),
    cpu: `${cpu.manufacturer} ${cpu.brand}`.trim(),
    cores: cpu.cores,
    memoryBytes: memory.total,
  };
}
