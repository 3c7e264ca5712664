import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInput } from '../../bad-input.ts';
import { cacheDirectory } from '../cache-directory.ts';
import type { Host } from '../host.ts';
import { connectSsh } from '../ssh/ssh-host.ts';
import type { DebianRelease } from '../test-host.ts';
import { reachedAddress } from './reached-address.ts';
import { Vagrant } from './vagrant.ts';
import { vagrantProject } from './vagrant-project.ts';

/** The state of a machine that has booted for the first time, and on which nothing has been done yet. */
const fresh = 'fresh';

/** As Vagrant's settings for ssh call it. */
const url = 'ssh://default';
/** In ms. */
const answerTimeout = 60_000;

export interface VagrantOptions {
  debian: DebianRelease;
  /** Called with a line now and then. */
  progress?: (line: string) => void;
}

/**
 * A fresh virtual machine by Vagrant, from its user's default provider. The first one boots from its box; the later ones
 * start from a snapshot of that, in seconds. One at a time for each Debian release.
 * Throws BadInput where another process has it, and with Vagrant's own words where it can't be had.
 */
export async function createVagrantHost(options: VagrantOptions): Promise<Host> {
  const { debian, progress = () => {} } = options;
  const project = await vagrantProject(join(cacheDirectory(), 'vagrant'), debian);
  const vagrant = new Vagrant(project.directory, { MKDEB_DEBIAN: String(debian) });
  try {
    const config = join(project.directory, 'ssh-config');
    await makeFresh(vagrant, config, project.changed, progress);
    const host = await connected(config, async (host) => {
      // Its disk is thrown away. A provider may not find a machine that has come out of a snapshot, to switch it off.
      await host.run(switchOff, { check: false }).catch(() => {});
      await vagrant.halt();
      await project.letGo();
    });
    // A snapshot's clock stands still.
    await host.run(['date', '--utc', '--set', `@${(Date.now() / 1000).toFixed(3)}`]);
    return host;
  } catch (error) {
    await vagrant.halt().catch(() => {});
    await project.letGo();
    throw error;
  }
}

/** In a second, so that the command that says so has ended. */
const switchOff = [
  ...['systemd-run', '--quiet', '--on-active=1s', '--timer-property=AccuracySec=100ms'],
  ...['systemctl', 'poweroff', '--force', '--force'],
];

/**
 * `config` becomes the settings with which ssh reaches the machine. They are those of its first boot: where a machine goes
 * back to that, it has its address again, which libvirt has forgotten by then.
 */
async function makeFresh(
  vagrant: Vagrant,
  config: string,
  changed: boolean,
  progress: (line: string) => void,
): Promise<void> {
  if (await vagrant.exists()) {
    if (!changed && existsSync(config) && (await vagrant.snapshots()).includes(fresh)) {
      progress('the machine goes back to its first boot');
      try {
        return await vagrant.restoreSnapshot(fresh);
      } catch {
        progress('that did not work: it is made anew');
      }
    }
    await vagrant.destroy();
  }
  await rm(config, { force: true });
  await vagrant.up(progress);
  await writeFile(config, await vagrant.sshConfig());
  await vagrant.saveSnapshot(fresh);
}

async function connected(config: string, putAway: (host: Host) => Promise<void>): Promise<Host> {
  const first = await firstAnswer(config);
  const address = await reachedAddress(first);
  await first.dispose();
  return connectSsh(url, { config, throwaway: true, address, putAway });
}

/** A machine that has just come out of its snapshot takes some seconds to be on its network again. */
async function firstAnswer(config: string): Promise<Host> {
  for (const until = Date.now() + answerTimeout; ; await sleep(1_000)) {
    try {
      return await connectSsh(url, { config, throwaway: true });
    } catch (error) {
      if (!(error instanceof BadInput) || Date.now() > until) throw error;
    }
  }
}
