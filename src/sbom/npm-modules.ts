import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptNode } from '../bundled-node/node-cache.ts';
import type { Entry, FileEntry } from '../package/package.ts';
import { type LockedPackage, lockedPackages, lockFiles } from '../payload/production-modules.ts';

/** An npm module that is in the payload. */
export interface NpmModule {
  /** Relative to the app's directory: `node_modules/a`, `node_modules/a/node_modules/@b/c`. */
  directory: string;
  name: string;
  version: string | null;
  license: string | null;
  description: string | null;
  /** Of the archive that npm installed it from, if a lock file tells it: `sha512-…`. */
  integrity: string | null;
  /** The directories of the modules that it loads, of those that are in the payload. */
  needs: readonly string[];
}

export interface PayloadModules {
  modules: readonly NpmModule[];
  /** The directories of those that the app itself names as its dependencies. */
  appNeeds: readonly string[];
}

const manifestOfModule = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/;

/** Those, and the Node that comes with them, as the npm package that it is. */
export function withNode({ modules, appNeeds }: PayloadModules, node: KeptNode): PayloadModules {
  const directory = '.mkdeb/bin';
  const { npmPackage: name, version, integrity } = node;
  const module = { directory, name, version, license: 'MIT', description: 'Node.js', integrity, needs: [] };
  return { modules: [...modules, module], appNeeds: [...appNeeds, directory] };
}

/** The modules that the payload of the app in `dir` truly holds, by their package.json files, sorted by directory. */
export function npmModules(dir: string, entries: readonly Entry[]): PayloadModules {
  const at = new Map(entries.map((entry) => [entry.path, entry]));
  const manifestAt = (path: string): Manifest | null => {
    const entry = at.get(path);
    const file = entry?.kind === 'hardlink' ? at.get(entry.target) : entry;
    return file?.kind === 'file' ? readManifest(file) : null;
  };
  const manifests = new Map<string, Manifest>();
  for (const { path, kind } of entries) {
    const directory = kind === 'file' || kind === 'hardlink' ? manifestOfModule.exec(path)?.[1] : undefined;
    const manifest = directory === undefined ? null : manifestAt(path);
    if (directory !== undefined && manifest !== null) manifests.set(directory, manifest);
  }
  const locked = lockedModules(dir);
  const modules = [...manifests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([directory, manifest]) => {
      const lock = locked[directory];
      const version = text(manifest.version);
      return {
        directory,
        name:
          text(manifest.name) ??
          directory.slice(directory.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version,
        license: licenseOf(manifest),
        description: text(manifest.description),
        integrity: lock?.version !== undefined && lock.version === version ? (lock.integrity ?? null) : null,
        needs: needsOf(directory, manifest, manifests),
      };
    });
  const app = manifestAt('package.json');
  return { modules, appNeeds: app === null ? [] : needsOf('', app, manifests) };
}

interface Manifest {
  name?: unknown;
  version?: unknown;
  description?: unknown;
  license?: unknown;
  licenses?: unknown;
  dependencies?: unknown;
  optionalDependencies?: unknown;
}

/** Null where it is no object: some modules ship such files as fixtures. */
function readManifest({ content }: FileEntry): Manifest | null {
  if (!('disk' in content)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(content.disk, 'utf8').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function lockedModules(dir: string): Readonly<Record<string, LockedPackage>> {
  for (const lockFile of lockFiles) {
    const packages = lockedPackages(join(dir, lockFile));
    if (packages !== null) return packages;
  }
  return {};
}

/** Node's own way to a module: the nearest node_modules upwards that has it. */
function needsOf(directory: string, manifest: Manifest, all: ReadonlyMap<string, unknown>): string[] {
  const names = [manifest.dependencies, manifest.optionalDependencies].flatMap((list) =>
    typeof list === 'object' && list !== null ? Object.keys(list) : [],
  );
  const found = [...new Set(names)].flatMap((name) => {
    for (let at = directory; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
      if (all.has(candidate)) return [candidate];
      if (at === '') return [];
    }
  });
  return found.sort();
}

function licenseOf({ license, licenses }: Manifest): string | null {
  const one = (value: unknown): string | null =>
    text(value) ??
    (typeof value === 'object' && value !== null ? text((value as { type?: unknown }).type) : null);
  if (license !== undefined) return one(license);
  // As npm had it before 2015.
  const several = Array.isArray(licenses) ? licenses.map(one).filter((name) => name !== null) : [];
  return several.length > 1 ? `(${several.join(' OR ')})` : (several[0] ?? null);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
