import { BadInput } from '../bad-input.ts';
import { canBootTestHost } from '../host/can-boot-test-host.ts';
import { createTestHost } from '../host/create-test-host.ts';
import type { Host } from '../host/host.ts';
import { connectSsh } from '../host/ssh/ssh-host.ts';
import type { DebianRelease } from '../host/test-host.ts';
import { Vagrant } from '../host/vagrant/vagrant.ts';
import { createVagrantHost } from '../host/vagrant/vagrant-host.ts';

/** Where a rehearsal takes place: on a throwaway Debian in a container or a virtual machine, or on one that runs already. */
export type Place =
  | { on: 'nspawn' | 'vagrant'; debian: DebianRelease }
  /** `config`: instead of the user's ~/.ssh/config. */
  | { on: 'ssh'; url: string; config: string | null };

/** Throws BadInput where this machine can't do its part: before anything is built. */
export async function expectPossible(place: Place): Promise<void> {
  if (place.on === 'vagrant') await Vagrant.expectPresent();
  if (place.on !== 'nspawn') return;
  const can = await canBootTestHost();
  if (!can.ok)
    throw new BadInput(`cannot rehearse in a container here: ${can.why}; ${can.mend}, or use --on vagrant`);
}

/** A host at `place` on which apps that need `packages` can be installed. */
export async function openHost(
  place: Place,
  packages: readonly string[],
  doing: (what: string) => void,
): Promise<Host> {
  if (place.on === 'ssh') {
    doing(`connecting to ${place.url}`);
    return connectSsh(place.url, place.config === null ? {} : { config: place.config });
  }
  doing(`booting a Debian ${place.debian} ${place.on === 'vagrant' ? 'machine with Vagrant' : 'host'}`);
  if (place.on === 'vagrant') return createVagrantHost({ debian: place.debian, progress: doing });
  return createTestHost({
    debian: place.debian,
    packages: packages.filter((name) => !everywhere.has(name)),
    progress: doing,
  });
}

/** Of every Debian: naming them would only make another root. */
const everywhere: ReadonlySet<string> = new Set([
  ...['init-system-helpers', 'passwd', 'systemd', 'perl-base', 'libc6', 'util-linux', 'adduser', 'nodejs'],
  ...['libgcc-s1', 'libstdc++6'],
]);
