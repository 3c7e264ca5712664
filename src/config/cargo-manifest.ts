import { debianVersionMistake } from '../package/debian-version.ts';
import {
  asRecord,
  type Derived,
  derivedMaintainer,
  derivedName,
  licenseOf,
  type Manifest,
  textOf,
  webAddress,
} from './manifest.ts';
import { mistake } from './mistakes.ts';
import { debianVersionFromSemver } from './semver.ts';
import { type Path, type SourceDocument, valueAt } from './source-document.ts';

/** A key of `[package]`: where it says its value, in the file itself or in its workspace's. */
interface Key {
  source: SourceDocument;
  path: Path;
  value: unknown;
}

/** What a Cargo.toml says in `[package]`; what `key.workspace = true` inherits is in `workspace`, null where there is none. */
export function cargoManifest(source: SourceDocument, workspace: SourceDocument | null): Manifest {
  const key = (name: string): Key => {
    const path = ['package', name];
    const value = valueAt(source.value, path);
    if (!isInherited(value)) return { source, path, value };
    const above = ['workspace', ...path];
    return workspace === null
      ? { source, path, value }
      : { source: workspace, path: above, value: valueAt(workspace.value, above) };
  };
  const ifThere = <T>(name: string, derive: (key: Key) => Derived<T>): Derived<T> => {
    if (valueAt(source.value, ['package', name]) === undefined) return {};
    const found = key(name);
    if (found.value !== undefined && !isInherited(found.value)) return derive(found);
    const message = `it is inherited, and no Cargo.toml of a workspace here has [workspace.package] ${name}; give ${name} there`;
    return { mistake: mistake(source, ['package', name], message) };
  };

  return {
    file: 'Cargo.toml',
    isTagged: false,
    name: () => derivedName(source, ['package', 'name']),
    version: () =>
      ifThere('version', ({ source: where, path, value }) => {
        const version = typeof value === 'string' ? debianVersionFromSemver(value) : null;
        const why =
          version === null ? 'expected a semantic version such as 1.2.0' : debianVersionMistake(version);
        if (version !== null && why === null) return { value: version };
        return { mistake: mistake(where, path, `${why}; mend it, or give version in mkdeb.yaml`) };
      }),
    maintainer() {
      const { value } = key('authors');
      if (Array.isArray(value) && value.length === 0) return {};
      return ifThere('authors', ({ source: where, path, value: authors }) =>
        derivedMaintainer(where, path, Array.isArray(authors) ? authors : []),
      );
    },
    description: () => textOf(key('description').value),
    homepage: () => webAddress([key('homepage').value, key('repository').value]),
    // `MIT/Apache-2.0` is how Cargo wrote it before SPDX.
    license: () => licenseOf(key('license').value)?.replaceAll(/\s*\/\s*/g, ' OR ') ?? null,
  };
}

/** Whether a Cargo.toml takes anything of its package from its workspace. */
export function inheritsFromWorkspace(source: SourceDocument): boolean {
  return Object.values(asRecord(valueAt(source.value, ['package']))).some(isInherited);
}

function isInherited(value: unknown): boolean {
  return asRecord(value)['workspace'] === true;
}
