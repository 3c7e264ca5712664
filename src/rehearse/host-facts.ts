import type { Host } from '../host/host.ts';
import type { HostFacts } from './recording.ts';

/** What the rehearsal runs on, as the host itself says it. */
export async function hostFacts(host: Host): Promise<HostFacts> {
  const told = async (...argv: string[]) => (await host.run(argv)).stdout;
  const first = async (...argv: string[]) => (await told(...argv)).split('\n')[0]?.trim() ?? '';
  const find = (text: string, key: RegExp) => key.exec(text)?.[1]?.trim() ?? '';
  const release = await told('cat', '/etc/os-release');
  const memory = find(await told('cat', '/proc/meminfo'), /^MemTotal: +(\d+) kB$/m);
  return {
    os: find(release, /^PRETTY_NAME="?([^"\n]*)"?$/m).replace(/ GNU\/Linux (\d+) \(\w+\)$/, ' $1'),
    systemd: find(await first('systemctl', '--version'), /^systemd (\d+)/),
    dpkg: await first('dpkg-query', '--show', '--showformat=${Version}', 'dpkg'),
    kernel: await first('uname', '--kernel-release'),
    cpu: find(await told('lscpu'), /^ *Model name: +(.*)$/m),
    cores: Number(await first('nproc')),
    memoryBytes: Number(memory) * 1024,
    clock: { ahead: await host.clockAhead(), moved: 0 },
  };
}
