import { debianVersionMistake } from '../package/debian-version.ts';
import {
  asRecord,
  derivedMaintainer,
  derivedName,
  licenseOf,
  type Manifest,
  textOf,
  webAddress,
} from './manifest.ts';
import { mistake } from './mistakes.ts';
import { debianVersionFromPep440 } from './pep440.ts';
import { type SourceDocument, valueAt } from './source-document.ts';

/** What a pyproject.toml says in `[project]` (packaging.python.org, "pyproject.toml specification"). */
export function pythonManifest(source: SourceDocument): Manifest {
  const project = asRecord(valueAt(source.value, ['project']));
  return {
    file: 'pyproject.toml',
    isTagged: false,
    name: () => derivedName(source, ['project', 'name']),
    version() {
      const { version, dynamic } = project;
      if (version === undefined) {
        const at = Array.isArray(dynamic) ? dynamic.indexOf('version') : -1;
        if (at < 0) return {};
        const message =
          'Python’s build backend works the version out; give version in mkdeb.yaml, "git" where its tags tell it, or --version';
        return { mistake: mistake(source, ['project', 'dynamic', at], message) };
      }
      const value = typeof version === 'string' ? debianVersionFromPep440(version) : null;
      const why =
        value === null ? 'expected a version of PEP 440 such as 1.2.0rc1' : debianVersionMistake(value);
      if (value !== null && why === null) return { value };
      const message = `${why}; mend it, or give version in mkdeb.yaml`;
      return { mistake: mistake(source, ['project', 'version'], message) };
    },
    maintainer() {
      const key = project['maintainers'] === undefined ? 'authors' : 'maintainers';
      const persons = project[key];
      if (persons === undefined || (Array.isArray(persons) && persons.length === 0)) return {};
      return derivedMaintainer(source, ['project', key], Array.isArray(persons) ? persons : []);
    },
    description: () => textOf(project['description']),
    homepage: () => webAddress(addresses(asRecord(project['urls']))),
    license() {
      const { license } = project;
      // A table with its text or a file, before PEP 639; a whole license is no name of one.
      return licenseOf(typeof license === 'string' ? license : asRecord(license)['text']);
    },
  };
}

/** Those that are the project's own page, by the labels that are well known. */
function addresses(urls: Readonly<Record<string, unknown>>): unknown[] {
  const byLabel = new Map(
    Object.entries(urls).map(([label, url]) => [label.toLowerCase().replaceAll(/[\s\p{P}]/gu, ''), url]),
  );
  return ['homepage', 'source', 'repository', 'sourcecode', 'github'].map((label) => byLabel.get(label));
}
