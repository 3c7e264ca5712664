import { join } from 'node:path';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import { AppHistory, type AppState } from './app-history.ts';
import { checkPair, type RehearsedPackage, rehearsedPackage } from './rehearsed-package.ts';

/** The old version and the new one: the arguments of `mkdeb rehearse`, and those of its options that name versions. */
export interface TypedVersions {
  from?: string;
  to?: string;
  prepare?: string;
}

/** Where the two versions come from. */
export interface Versions {
  /** Their packages, built in `work` where they are not yet. Throws BadInput where they can't be had. */
  packages(work: string, doing: (what: string) => void): Promise<[RehearsedPackage, RehearsedPackage]>;
  /** Takes away, at once, what was put anywhere but in `work`. */
  remove(): void;
}

/** The versions that are asked for. Throws BadInput where that is not clear. */
export async function versionsAsked(args: readonly string[], typed: TypedVersions): Promise<Versions> {
  const [first, second] = args;
  const { from, to = '.', prepare = null } = typed;
  if (from === undefined) {
    for (const option of ['to', 'prepare'] as const)
      if (typed[option] !== undefined)
        throw new BadInput(`--${option} needs --from, the version before: mkdeb rehearse --from TAG [APP]`);
    if (first === undefined || second === undefined)
      throw new BadInput('expected OLD and NEW (see mkdeb rehearse --help), or --from TAG');
    return givenVersions(first, second);
  }
  if (second !== undefined)
    throw new BadInput(`--from takes two states of one app; ${JSON.stringify(second)} is one too many`);
  return statesOfApp(await AppHistory.of(first ?? '.'), from, to, prepare);
}

function givenVersions(old: string, next: string): Versions {
  return {
    packages: async (work) =>
      pair(await rehearsedPackage(old, work), await rehearsedPackage(next, work), next),
    remove: () => {},
  };
}

function statesOfApp(history: AppHistory, from: string, to: string, prepare: string | null): Versions {
  return {
    packages: async (work, doing) => {
      // First both of them: a mistake is told before anything is prepared.
      const states = [await history.at(from, join(work, 'from')), await history.at(to, join(work, 'to'))];
      const built: RehearsedPackage[] = [];
      for (const [i, state] of states.entries()) {
        if (prepare !== null && [from, to][i] !== '.') {
          doing(`${prepare} in ${state.called}`);
          await prepared(state, prepare);
        }
        built.push(await packageOf(state, work));
      }
      const [old, next] = built as [RehearsedPackage, RehearsedPackage];
      return pair(old, next, to);
    },
    remove: () => history.remove(),
  };
}

function pair(
  old: RehearsedPackage,
  next: RehearsedPackage,
  called: string,
): [RehearsedPackage, RehearsedPackage] {
  checkPair(old, next, called);
  return [old, next];
}

async function prepared({ dir, called }: AppState, command: string): Promise<void> {
  const { exitCode, all } = await execa('sh', ['-ec', command], { cwd: dir, reject: false, all: true });
  if (exitCode !== 0)
    throw new BadInput(`${called}: --prepare ${JSON.stringify(command)} exited with ${exitCode}:\n${all}`);
}

/** Its mistakes are told at the place that the user knows. */
async function packageOf({ dir, called }: AppState, work: string): Promise<RehearsedPackage> {
  try {
    return await rehearsedPackage(dir, work);
  } catch (error) {
    if (error instanceof BadInput) throw new BadInput(error.message.replaceAll(dir, called));
    throw error;
  }
}
