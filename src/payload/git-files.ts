import { isUtf8 } from 'node:buffer';
import { BadInput } from '../bad-input.ts';
import { git } from '../git/run-git.ts';

/**
 * The paths that git knows below `dir` (tracked, or untracked and not ignored), relative to it; a submodule or another
 * repository inside is one path, a directory. Null where git has nothing to say: no git, no work tree, or `dir` is
 * itself ignored. Throws BadInput where git refuses to look.
 */
export async function filesKnownToGit(dir: string): Promise<string[] | null> {
  const known = await lsFiles(dir, ['--cached', '--others', '--exclude-standard']);
  return known === null || known.length === 0 ? null : known;
}

/** The paths that git ignores below `dir`; wholly ignored directories are one path each. */
export async function filesIgnoredByGit(dir: string): Promise<string[]> {
  return (await lsFiles(dir, ['--others', '--ignored', '--exclude-standard', '--directory'])) ?? [];
}

/** The time of the last commit below `dir` in seconds since 1970, or null where there is none. */
export async function lastCommitSeconds(dir: string): Promise<number | null> {
  const result = await git(dir, ['log', '-1', '--format=%ct', '--', '.']);
  const seconds = Number.parseInt(result?.stdout.toString() ?? '', 10);
  return Number.isNaN(seconds) ? null : seconds;
}

async function lsFiles(dir: string, options: readonly string[]): Promise<string[] | null> {
  const result = await git(dir, ['ls-files', '-z', ...options]);
  if (result === null) return null;
  if (result.failed) {
    if (/not a git repository|must be run in a work tree/.test(result.stderr)) return null;
    throw new BadInput(`${dir}: git can’t tell which files belong to the app: ${result.stderr.trim()}`);
  }
  if (!isUtf8(result.stdout)) throw new BadInput(notUtf8(dir, firstThatIsNotUtf8(result.stdout)));
  const paths = result.stdout.toString().split('\0');
  // Each path ends in a NUL.
  paths.pop();
  // A path in conflict is listed once for each side.
  return [...new Set(paths.map((path) => (path.endsWith('/') ? path.slice(0, -1) : path)))];
}

/** Of names that end in NUL. */
function firstThatIsNotUtf8(names: Buffer): Buffer {
  let start = 0;
  for (;;) {
    const end = names.indexOf(0, start);
    const name = names.subarray(start, end);
    if (!isUtf8(name)) return name;
    start = end + 1;
  }
}

export function notUtf8(dir: string, name: Buffer): string {
  return `${dir}: the file name ${JSON.stringify(name.toString('latin1'))} is not UTF-8; rename it, or add it to ignore`;
}
