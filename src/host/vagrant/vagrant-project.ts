import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../../bad-input.ts';
import { installedPath } from '../../installation.ts';
import type { DebianRelease } from '../test-host.ts';

const vagrantfile = installedPath('vagrant/Vagrantfile');

/** The directory in which Vagrant keeps one machine, held for this process alone. */
export interface VagrantProject {
  directory: string;
  /** Was the machine there, if there is one, made by another Vagrantfile? */
  changed: boolean;
  letGo(): Promise<void>;
}

/** The project of a Debian release, below `parent`. Throws BadInput where another process holds it. */
export async function vagrantProject(parent: string, debian: DebianRelease): Promise<VagrantProject> {
  const directory = join(parent, `debian-${debian}`);
  await mkdir(directory, { recursive: true });
  const letGo = await hold(join(directory, 'lock'));
  const wanted = await readFile(vagrantfile, 'utf8');
  const path = join(directory, 'Vagrantfile');
  const changed = (await readFile(path, 'utf8').catch(() => '')) !== wanted;
  if (changed) await writeFile(path, wanted);
  return { directory, changed, letGo };
}

/** A lock of flock(1), which ends with this process, however it ends: its `cat` reads from here. */
async function hold(path: string): Promise<() => Promise<void>> {
  const holder = spawn('flock', ['--nonblock', path, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(holder, 'close');
  holder.stdin.on('error', () => {});
  holder.stdin.write('held\n');
  const held = await Promise.race([once(holder.stdout, 'data').then(() => true), closed.then(() => false)]);
  if (!held)
    throw new BadInput(
      `another rehearsal has the Vagrant machine in ${path.replace(/\/lock$/, '')}; wait for its end, or use --debian for the other one`,
    );
  return async () => {
    holder.stdin.end();
    await closed;
  };
}
