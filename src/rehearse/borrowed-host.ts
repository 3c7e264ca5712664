import { BadInput } from '../bad-input.ts';
import type { Host } from '../host/host.ts';
import { bench } from './admin.ts';

const purgeTimeout = 600_000;

export interface GivenBack {
  /** What was done to leave nothing: `purged hello-node, nodejs`. */
  done: string[];
  /** What is not as it was all the same. */
  left: string[];
}

/** Somebody's machine: what the rehearsal puts there is taken away again, and what was there is left alone. */
export class BorrowedHost {
  readonly #host: Host;
  readonly #before: ReadonlyMap<string, string>;

  private constructor(host: Host, before: ReadonlyMap<string, string>) {
    this.#host = host;
    this.#before = before;
  }

  /**
   * Looks at what is there. Throws BadInput where the package `name`, which is to be rehearsed, is installed or known
   * there already, where the machine can't take it, or where another rehearsal is at work.
   */
  static async of(host: Host, name: string): Promise<BorrowedHost> {
    const systemd = await host.run(['test', '-d', '/run/systemd/system'], { check: false });
    const dpkg = await host.run(['dpkg', '--version'], { check: false });
    if (systemd.exitCode !== 0 || dpkg.exitCode !== 0)
      throw new BadInput(`${host.name}: not a Debian or Ubuntu that systemd has booted`);
    const before = await packagesOn(host);
    const status = before.get(name);
    if (status !== undefined) {
      const [state = '', version = ''] = status.split(' ');
      const how =
        state === 'ii'
          ? `${version} is installed`
          : `is known to dpkg in the state ${state} (see dpkg --list ${name})`;
      throw new BadInput(
        `${host.name}: ${name} ${how}; a rehearsal installs and purges it, and takes only a machine that has none of it`,
      );
    }
    const made = await host.run(['mkdir', '--mode=755', bench], { check: false });
    if (made.exitCode !== 0)
      throw new BadInput(
        `${host.name}: another rehearsal is at work there, or was cut off (${made.stderr.trim()}); if none is, purge what it has left and remove ${bench}`,
      );
    return new BorrowedHost(host, before);
  }

  /** Purges what was installed since, and nothing else. Where that fails, `left` says so and what to do. */
  async giveBack(): Promise<GivenBack> {
    const done: string[] = [];
    try {
      const added = [...(await packagesOn(this.#host)).keys()].filter((one) => !this.#before.has(one));
      if (added.length > 0) {
        await this.#purge(added);
        done.push(`purged ${added.join(', ')}`);
      }
      await this.#host.run(['rm', '--recursive', '--force', bench]);
      const after = await packagesOn(this.#host);
      const left = [...this.#before]
        .filter(([name, status]) => after.get(name) !== status)
        .map(([name, status]) => `${name} was "${status}" and is "${after.get(name) ?? 'gone'}"`);
      return { done, left };
    } catch (error) {
      return {
        done,
        left: [`${(error as Error).message}\nPlease purge there what is left, and remove ${bench}`],
      };
    }
  }

  /** Not by apt: it would take with them what came to depend on them, and what it thinks nobody needs. */
  async #purge(packages: readonly string[]): Promise<void> {
    await this.#host.run(['dpkg', '--purge', ...packages], {
      timeout: purgeTimeout,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
}

/** The state and version of each package that dpkg knows, by `name` or `name:arch`. */
async function packagesOn(host: Host): Promise<Map<string, string>> {
  const { stdout } = await host.run([
    ...['dpkg-query', '--show', '--showformat=${binary:Package}\\t${db:Status-Abbrev} ${Version}\\n'],
  ]);
  const packages = stdout.split('\n').flatMap((line): [string, string][] => {
    const [name = '', status = ''] = line.split('\t');
    // `un`: only named by another one.
    return name === '' || status.startsWith('un') ? [] : [[name, status.replace(/ +/, ' ')]];
  });
  return new Map(packages);
}
