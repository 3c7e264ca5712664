import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';

export interface LockedPackage {
  version?: string;
  /** Of the archive that the registry has, as in Subresource Integrity: `sha512-…`. */
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  peer?: boolean;
  link?: boolean;
}

/** Which packages of node_modules an app needs when it runs. */
export interface ProductionModules {
  /** The lock file that says so, or null: there is none, everything is taken. */
  lockFile: string | null;
  /** The app's own node_modules and, with workspaces, theirs. */
  roots: readonly string[];
  /** Directories such as `node_modules/a/node_modules/b` that are needed. */
  needed: ReadonlySet<string>;
  /** Those of them that have to be there. */
  required: readonly string[];
  /** Directories of packages that only development needs. */
  development: ReadonlySet<string>;
}

/** npm's own record of what it installed comes last: package-lock.json is what the team agreed on. */
export const lockFiles = ['npm-shrinkwrap.json', 'package-lock.json', 'node_modules/.package-lock.json'];

/**
 * Reads npm's lock file (package-lock.json, lockfileVersion 2 and 3) of the app in `dir`. `dev` packages are left out, as
 * `npm install --omit=dev` does; `devOptional` ones may be production's too and stay. Throws BadInput for a broken one.
 */
export function productionModules(dir: string): ProductionModules {
  for (const lockFile of lockFiles) {
    const packages = lockedPackages(join(dir, lockFile));
    if (packages === null) continue;
    const inModules = Object.entries(packages).filter(([path]) => /(^|\/)node_modules\//.test(path));
    const needed = inModules.filter(([, locked]) => locked.dev !== true);
    const required = needed.filter(
      ([, { optional, devOptional, peer }]) => !optional && !devOptional && !peer,
    );
    return {
      lockFile,
      roots: [...new Set(['node_modules', ...inModules.map(([path]) => outermostModules(path))])],
      needed: new Set(needed.map(([path]) => path)),
      required: required.map(([path]) => path),
      development: new Set(inModules.filter(([, { dev }]) => dev === true).map(([path]) => path)),
    };
  }
  return { lockFile: null, roots: ['node_modules'], needed: new Set(), required: [], development: new Set() };
}

/** What a lock file says of each directory; null: there is no such file, or it is older than version 2. */
export function lockedPackages(path: string): Readonly<Record<string, LockedPackage>> | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  try {
    const { packages } = JSON.parse(text) as { packages?: Readonly<Record<string, LockedPackage>> };
    return packages ?? null;
  } catch (error) {
    throw new BadInput(`${path}: not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `packages/a/node_modules` of `packages/a/node_modules/b/node_modules/c`. */
function outermostModules(path: string): string {
  return /^(?:.*?\/)??node_modules(?=\/)/.exec(path)?.[0] ?? 'node_modules';
}
