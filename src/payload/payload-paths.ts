import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { inThousands } from '../in-thousands.ts';
import { directoryTree, type Found } from './directory-tree.ts';
import { filesIgnoredByGit, filesKnownToGit } from './git-files.ts';
import { type IgnoreRules, ignoreRules } from './ignore-rules.ts';
import { type OnDisk, onDisk } from './on-disk.ts';
import { type ProductionModules, productionModules } from './production-modules.ts';

export interface PayloadPaths {
  /**
   * Files, symlinks and, where git was not asked, directories; relative to the app's directory, unsorted. Each with what
   * the disk says of it, or null where it has not been asked.
   */
  paths: Map<string, OnDisk | null>;
  /** What was taken and what was left out, in words. */
  summary: string;
}

/**
 * Decides what of `dir` goes in: what git knows, else everything; `program`, which git may ignore as it is built; the
 * production node_modules; less the ignore list.
 */
export async function payloadPaths(
  dir: string,
  ignore: readonly string[],
  program: string | null,
): Promise<PayloadPaths> {
  const rules = ignoreRules(ignore);
  const modules = productionModules(dir);
  checkInstalled(dir, modules);
  const moduleRoots = modules.roots.filter((root) => existsSync(join(dir, root)));
  const inModules = (path: string) =>
    moduleRoots.some((root) => path === root || path.startsWith(`${root}/`));

  const known = await filesKnownToGit(dir);
  const directories = new Set<string>();
  const paths =
    known === null
      ? everything(dir, rules, inModules, directories)
      : await fromGit(dir, program === null ? known : [...known, program], rules, inModules);
  let files = 0;
  let listed = 0;
  for (const path of paths.keys()) {
    if (rules.isListed(path)) listed++;
    if (rules.leavesOut(path)) paths.delete(path);
    else if (!directories.has(path)) files++;
  }
  const installed = moduleRoots.flatMap((root) => [...installedFiles(dir, root, modules, rules)]);
  for (const path of installed) paths.set(path, null);

  const taken = [
    `${count(files, 'file')} ${known === null ? 'of the directory (not in git)' : 'that git knows'}`,
  ];
  if (installed.length > 0) {
    const from =
      modules.lockFile === null
        ? 'all of node_modules (no package-lock.json)'
        : 'the production node_modules';
    taken.push(`${count(installed.length, 'file')} of ${from}`);
  }
  const left: string[] = [];
  const development = [...modules.development].filter((path) => existsSync(join(dir, path))).length;
  if (development > 0) left.push(count(development, 'development package'));
  if (listed > 0) left.push(`${count(listed, 'file')} by the ignore list`);
  const summary = `${taken.join(' and ')}${left.length > 0 ? `; left out: ${left.join(', ')}` : ''}`;
  return { paths, summary };
}

function checkInstalled(dir: string, { required, lockFile }: ProductionModules): void {
  const missing = required.find((path) => !existsSync(join(dir, path)));
  if (missing === undefined) return;
  throw new BadInput(
    `${join(dir, missing)}: ${lockFile} names it, but it is not installed; run "npm ci --omit=dev" in ${dir}`,
  );
}

/** Every path there is, directories too, so that empty ones go in; node_modules and what is ignored is not entered. */
function everything(
  dir: string,
  rules: IgnoreRules,
  inModules: (path: string) => boolean,
  directories: Set<string>,
): Map<string, OnDisk | null> {
  const paths = new Map<string, OnDisk | null>();
  const enters = ({ path, isDirectory }: Found) =>
    !inModules(path) && !(isDirectory && rules.leavesOut(`${path}/`));
  for (const { path, isDirectory } of directoryTree(dir, '', enters)) {
    paths.set(path, null);
    if (isDirectory) directories.add(path);
  }
  return paths;
}

/** Files and symlinks; the disk is asked about those that git names. */
async function fromGit(
  dir: string,
  known: readonly string[],
  rules: IgnoreRules,
  inModules: (path: string) => boolean,
): Promise<Map<string, OnDisk | null>> {
  const paths = new Map<string, OnDisk | null>();
  const root = resolve(dir);
  const addWhole = (path: string, takes: (path: string) => boolean) => {
    const found = onDisk(`${root}/${path}`);
    // Deleted, and not committed yet.
    if (found === null) return;
    if (found.kind !== 'directory') {
      if (takes(path)) paths.set(path, found);
      return;
    }
    for (const file of filesBelow(dir, path)) if (takes(file)) paths.set(file, null);
  };
  for (const path of known) if (!inModules(path)) addWhole(path, () => true);
  if (rules.bringsBackAny) {
    for (const path of await filesIgnoredByGit(dir)) {
      if (!inModules(path)) addWhole(path, (file) => rules.bringsBack(file));
    }
  }
  return paths;
}

/** Of a directory that git names, but does not look into. */
function* filesBelow(dir: string, path: string): Generator<string> {
  const enters = (found: Found) => posix.basename(found.path) !== '.git';
  for (const found of directoryTree(dir, path, enters)) if (!found.isDirectory) yield found.path;
}

/** What of a node_modules goes in: packages that production needs, and the links in .bin to their programs. */
function* installedFiles(
  dir: string,
  root: string,
  modules: ProductionModules,
  rules: IgnoreRules,
): Generator<string> {
  const unneeded = (path: string) => {
    if (modules.lockFile === null) return false;
    if (modules.development.has(path)) return true;
    // At the top, what the lock file doesn't know is left over from something else; dot folders are made by tools
    // (Prisma's client, say), and a scope is looked into.
    const name = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : '';
    const isTopPackage = /^(@[^/]+\/[^/]+|[^@./][^/]*)$/.test(name);
    return isTopPackage && !modules.needed.has(path);
  };
  const found: string[] = [];
  const binaries: string[] = [];
  const enters = ({ path, isDirectory }: Found) =>
    !unneeded(path) && !rules.leavesOut(isDirectory ? `${path}/` : path);
  for (const { path, isDirectory } of directoryTree(dir, root, enters)) {
    if (!isDirectory) (isBinary(path) ? binaries : found).push(path);
  }
  yield* found;
  const taken = new Set(found);
  for (const path of binaries) {
    const target = targetWithin(dir, path);
    if (target === null || taken.has(target)) yield path;
  }
}

function isBinary(path: string): boolean {
  return /(^|\/)node_modules\/\.bin\/[^/]+$/.test(path);
}

/** Where a link in .bin leads to, relative to `dir`; null where it isn't a link that leads anywhere. */
function targetWithin(dir: string, path: string): string | null {
  if (!lstatSync(join(dir, path)).isSymbolicLink()) return null;
  try {
    return relative(realpathSync(dir), realpathSync(join(dir, path)));
  } catch {
    return '';
  }
}

function count(n: number, noun: string): string {
  return `${inThousands(n)} ${noun}${n === 1 ? '' : 's'}`;
}
