import { execa } from 'execa';
import { BadInput } from '../../bad-input.ts';

/** In ms: a box may have to be fetched first, and an emulated machine boots in minutes. */
const upTimeout = 1_800_000;

/** The `vagrant` command, in one project's directory. */
export class Vagrant {
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.#env = env;
  }

  /** Throws BadInput where there is no Vagrant on this machine. */
  static async expectPresent(): Promise<void> {
    const { failed, exitCode } = await execa('vagrant', ['--version'], { reject: false });
    if (failed && exitCode === undefined)
      throw new BadInput(
        'cannot rehearse here: there is no vagrant; apt install vagrant vagrant-libvirt, or leave --on out for a container',
      );
  }

  /** Is there a machine, running or not? */
  async exists(): Promise<boolean> {
    const { stdout } = await this.#run(['status', '--machine-readable']);
    const state = /^\d+,default,state,(.+)$/m.exec(stdout)?.[1];
    return state !== undefined && state !== 'not_created';
  }

  async up(said: (line: string) => void): Promise<void> {
    await this.#run(['up', '--no-color'], said);
  }

  /** Its settings for the OpenSSH client, in which it is called `default`. */
  async sshConfig(): Promise<string> {
    return (await this.#run(['ssh-config'])).stdout;
  }

  async halt(): Promise<void> {
    await this.#run(['halt', '--force']);
  }

  async destroy(): Promise<void> {
    await this.#run(['destroy', '--force']);
  }

  async snapshots(): Promise<string[]> {
    const { stdout } = await this.#run(['snapshot', 'list', '--machine-readable']);
    return stdout.split('\n').flatMap((line) => /,ui,(?:output|detail),(.+)$/.exec(line)?.[1] ?? []);
  }

  /** False where the provider has no snapshots. */
  async saveSnapshot(name: string): Promise<boolean> {
    return this.#run(['snapshot', 'save', name]).then(
      () => true,
      () => false,
    );
  }

  async restoreSnapshot(name: string): Promise<void> {
    await this.#run(['snapshot', 'restore', '--no-provision', name]);
  }

  async #run(args: readonly string[], said?: (line: string) => void): Promise<{ stdout: string }> {
    const running = execa('vagrant', args, {
      cwd: this.#directory,
      env: this.#env,
      stdin: 'ignore',
      reject: false,
      timeout: upTimeout,
      all: true,
      // An interrupt on the terminal is for this process, which has to put the machine away.
      detached: true,
    });
    if (said !== undefined) {
      for await (const line of running.iterable({ from: 'all' })) {
        const doing = /^==> default: (\w.*)$/.exec(line)?.[1];
        if (doing !== undefined) said(doing);
      }
    }
    const { stdout, all, exitCode } = await running;
    if (exitCode !== 0) throw new BadInput(`vagrant ${args.join(' ')} failed:\n${essence(all)}`);
    return { stdout };
  }
}

/** Without what Ruby says of its calls, and without what a progress bar has drawn. */
function essence(said: string): string {
  return said
    .split('\n')
    .filter((line) => !/^\s+from \//.test(line))
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trim())
    .slice(-10)
    .join('\n');
}
