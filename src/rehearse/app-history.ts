import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { BadInput } from '../bad-input.ts';
import { proposal } from '../config/did-you-mean.ts';

/** One state of an app. */
export interface AppState {
  /** Where its files are. */
  dir: string;
  /** For people: `v1.1:services/shop`, as git names it, or the directory that was given. */
  called: string;
}

/** An app's git repository, and the states of the app that are taken out of it: worktrees of their own until `remove`. */
export class AppHistory {
  readonly #app: string;
  readonly #root: string;
  /** Where in the repository the app is; empty: at its top. */
  readonly #prefix: string;
  readonly #worktrees: string[] = [];

  private constructor(app: string, root: string, prefix: string) {
    this.#app = app;
    this.#root = root;
    this.#prefix = prefix;
  }

  /** Throws BadInput where `app` is no directory in a git repository. */
  static async of(app: string): Promise<AppHistory> {
    if (!(await isDirectory(app))) throw new BadInput(`${app}: there is no such directory`);
    const { exitCode, stdout, stderr } = await git(app, ['rev-parse', '--show-toplevel', '--show-prefix']);
    if (exitCode === undefined)
      throw new BadInput('--from takes versions from git, which is not here; apt install git');
    if (/not a git repository|must be run in a work tree/.test(stderr))
      throw new BadInput(
        `${app}: not in a git repository; --from takes versions from one (without it: mkdeb rehearse OLD NEW)`,
      );
    if (exitCode !== 0) throw new BadInput(`${app}: git can’t be asked for its versions: ${stderr.trim()}`);
    const [root = '', prefix = ''] = stdout.split('\n');
    return new AppHistory(app, root, prefix.replace(/\/$/, ''));
  }

  /**
   * The app as it is at a tag or another revision, in a new worktree at `place`; as it lies there, changes that are not
   * committed included, for `.`. Throws BadInput where there is no such revision, or no app in it.
   */
  async at(revision: string, place: string): Promise<AppState> {
    if (revision === '.') return { dir: this.#app, called: this.#app };
    const commit = await git(this.#root, [
      ...['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    ]);
    if (commit.exitCode !== 0) throw new BadInput(await this.#unknown(revision));
    this.#worktrees.push(place);
    // Without hooks: nobody works in it.
    const { exitCode, stderr } = await git(this.#root, [
      ...['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', place, commit.stdout],
    ]);
    if (exitCode !== 0) throw new BadInput(`${revision}: git can’t check it out: ${stderr.trim()}`);
    const dir = join(place, this.#prefix);
    if (!(await isDirectory(dir)))
      throw new BadInput(`${revision}: there is no directory "${this.#prefix}" in it`);
    return { dir, called: `${revision}:${this.#prefix || '.'}` };
  }

  /** Takes the worktrees away, and what git remembers of them. At once: it may be the last that this process does. */
  remove(): void {
    for (const place of this.#worktrees.splice(0))
      execaSync('git', ['-C', this.#root, 'worktree', 'remove', '--force', place], { reject: false });
  }

  async #unknown(revision: string): Promise<string> {
    const { stdout } = await git(this.#root, ['tag']);
    const tags = stdout.split('\n').filter((tag) => tag !== '');
    const what = `${this.#root} has no tag or commit ${JSON.stringify(revision)}`;
    return tags.length === 0 ? `${what}, and no tag at all` : `${what}; ${proposal(revision, tags)}`;
  }
}

function git(dir: string, args: readonly string[]) {
  return execa('git', ['-C', dir, ...args], { reject: false, env: { LC_ALL: 'C' } });
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
