import type { AppConfig, DebugSymbols } from './app-config.ts';
import { debianArchitecture } from './architecture.ts';
import { completeService, type Service } from './complete-service.ts';
import { type Description, mendDescription, splitDescription, synopsisFaults, wrap } from './description.ts';
import { likelyMeant } from './did-you-mean.ts';
import { completeExtras } from './extras.ts';
import { formatListenAddress } from './listen-address.ts';
import type { Derived, Manifest } from './manifest.ts';
import type { NodeApp } from './node-app.ts';
import { completePackaging } from './packaging.ts';
import {
  isSharedLibraries,
  type RelationField,
  relatedPackage,
  relationFields,
  sharedLibraries,
} from './relation.ts';
import type { ConfigFile } from './schema.ts';
import { sections } from './sections.ts';
import type { Path, SourceDocument } from './source-document.ts';

export interface Incomplete {
  /** What mkdeb.yaml and the command line say. Only which keys are there is looked at where `wellFormed` is false. */
  given: ConfigFile;
  wellFormed: boolean;
  /** Where `given` comes from; null where there is no configuration besides package.json. */
  source: SourceDocument | null;
  /** The file to name where there is no `source`. */
  expectedFile: string;
  manifest: Manifest | null;
  app: NodeApp | null;
  /** A name of the architecture that the package is for, or `auto`. */
  arch: string;
  /** What the repository’s tags tell, where `given` wants the version from git. */
  gitVersion: Derived<string> | null;
}

export interface Completed {
  /** Null where there are mistakes. */
  config: AppConfig | null;
  mistakes: string[];
  warnings: string[];
}

/** Fills in what mkdeb.yaml leaves out, from the app's manifest and mkdeb's defaults, and tells what is still missing. */
export function completeConfig({
  given,
  wellFormed,
  source,
  expectedFile,
  manifest,
  app,
  arch,
  gitVersion,
}: Incomplete): Completed {
  const mistakes: string[] = [];
  const place = (path: Path, what?: 'key') => source?.place(path, what) ?? `${expectedFile}:1:1`;

  const need = (
    key: string,
    value: string | undefined,
    derived: Derived<string> | undefined,
    add: string,
  ): string => {
    if (value !== undefined) return value;
    if (derived?.value !== undefined) return derived.value;
    const from = manifest === null ? '' : `, and ${manifest.file} doesn’t tell it`;
    mistakes.push(derived?.mistake ?? `${place([])}: ${key} is missing${from}; add ${add}`);
    return '';
  };
  const name = need('name', given.name, manifest?.name(), '"name: my-app"');
  const version =
    gitVersion === null
      ? need('version', given.version, manifest?.version(), '"version: 1.0.0", or "version: git"')
      : need('version', undefined, gitVersion, '');
  const maintainer = need(
    'maintainer',
    given.maintainer,
    manifest?.maintainer(),
    '"maintainer: Ada Lovelace <ada@example.org>"',
  );
  const about = manifest?.description() ?? null;
  need(
    'description',
    given.description,
    about === null ? {} : { value: about },
    '"description: what the app does"',
  );

  const wantsService = typeof given.service === 'object' && given.service !== null;
  const service = wantsService
    ? completeService({
        given: given.service as NonNullable<ConfigFile['service']>,
        name,
        app,
        place,
        wellFormed,
      })
    : null;
  mistakes.push(...(service?.mistakes ?? []));
  if (!wellFormed || mistakes.length > 0) return { config: null, mistakes, warnings: [] };

  const warnings = [
    ...(service?.warnings ?? []),
    ...sectionWarning(given, place),
    ...serviceWarning(given, app),
  ];
  const { packaging, notes } = completePackaging(given, place);
  warnings.push(...notes);
  const description = completeDescription(given, about, name, service?.service ?? null);
  if (given.description !== undefined) {
    const faults = synopsisFaults(description.synopsis, name);
    if (faults.length > 0)
      warnings.push(`${place(['description'])}: the description’s first line ${faults.join(', ')}`);
  }
  return {
    config: {
      name,
      version,
      arch: debianArchitecture(arch),
      maintainer,
      synopsis: description.synopsis,
      description: description.extended,
      section: given.section ?? (wantsService ? 'net' : 'misc'),
      priority: given.priority ?? 'optional',
      homepage: given.homepage ?? manifest?.homepage() ?? null,
      license: given.license ?? manifest?.license() ?? null,
      relations: completeRelations(given, service?.service ?? null, app),
      ignore: given.ignore ?? [],
      packaging,
      debugSymbols: debugSymbols(given.debugSymbols),
      extras: completeExtras(given, place),
      service: service?.service?.config ?? null,
    },
    mistakes: [],
    warnings,
  };
}

function debugSymbols(given: ConfigFile['debugSymbols']): DebugSymbols {
  if (given === undefined || given === false) return 'keep';
  return given === true ? 'separate' : given;
}

function completeDescription(
  given: ConfigFile,
  about: string | null,
  name: string,
  service: Service | null,
): Description {
  const { synopsis, extended } =
    given.description === undefined
      ? mendDescription(about ?? '', name)
      : splitDescription(given.description);
  if (extended.includes('\n')) return { synopsis, extended };
  const known = service === null ? filesOnly(name) : asService(name, service);
  return { synopsis, extended: extended === '' ? wrap(known) : `${extended}\n\n${wrap(known)}` };
}

function filesOnly(name: string): string {
  return `This package installs the files of ${name} under /usr/lib/${name}. It starts no service of its own.`;
}

function asService(name: string, { config }: Service): string {
  const ports = config.listeners.map(formatListenAddress).join(' and ');
  return (
    `It runs as the systemd service ${name} on port ${ports}. On an upgrade the new version is started beside ` +
    'the running one, which goes on serving until the new one has proved to be healthy.'
  );
}

function completeRelations(
  given: ConfigFile,
  service: Service | null,
  app: NodeApp | null,
): AppConfig['relations'] {
  const relations: Partial<Record<RelationField, readonly string[]>> = {};
  for (const field of relationFields) {
    const named = [...(given[field] ?? []), ...(isInDeb(field) ? (given.deb?.[field] ?? []) : [])];
    if (named.length > 0)
      relations[field] = named.map((one) => (isSharedLibraries(one) ? sharedLibraries : one.trim()));
  }
  const depends = relations.depends ?? [];
  if (service?.needsNode === true && !depends.some((relation) => relatedPackage(relation) === 'nodejs')) {
    relations.depends = [app?.nodejs() ?? 'nodejs', ...depends];
  }
  return relations;
}

/** nfpm.yaml has them below `deb`. */
function isInDeb(field: RelationField): field is 'breaks' | 'predepends' {
  return field === 'breaks' || field === 'predepends';
}

function sectionWarning(given: ConfigFile, place: (path: Path) => string): string[] {
  const section = given.section?.replace(/^.*\//, '');
  if (section === undefined || sections.includes(section)) return [];
  const meant = likelyMeant(section, sections);
  const hint = meant === null ? '' : `; did you mean "${meant}"?`;
  return [`${place(['section'])}: Debian has no section ${JSON.stringify(section)}${hint}`];
}

function serviceWarning(given: ConfigFile, app: NodeApp | null): string[] {
  if (given.service !== undefined || app?.command().value === undefined) return [];
  return [
    'the package will only ship files: for a service add "service: {port: 8080}" to mkdeb.yaml, with the app’s port',
  ];
}
