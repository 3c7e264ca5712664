import { readFile } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import type { AppConfig } from '../config/app-config.ts';
import { architectureVariables, splitArchitectures } from '../config/architecture.ts';
import { completeService } from '../config/complete-service.ts';
import { splitDescription } from '../config/description.ts';
import { type Environment, type Expansion, expandDocument } from '../config/environment.ts';
import { noExtras } from '../config/extras.ts';
import { fromGit } from '../config/from-git.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { describeIssues, inFileOrder } from '../config/mistakes.ts';
import { completePackaging } from '../config/packaging.ts';
import { maintainer } from '../config/person.ts';
import { relatedPackage, splitRelations } from '../config/relation.ts';
import { serviceSpelling } from '../config/service-schema.ts';
import { type Path, readYaml, type SourceDocument, valueAt } from '../config/source-document.ts';
import { gitVersion } from '../git/git-version.ts';
import { debianVersionMistake } from '../package/debian-version.ts';
import { isDebianArchitecture, nfpmArchitecture } from './nfpm-arch.ts';
import { type NfpmFile, nfpmSchema, passedOver } from './nfpm-schema.ts';
import { nfpmVersion } from './nfpm-version.ts';

export interface NfpmOptions {
  /** The directory whose repository tells a version `git`. */
  dir: string;
  /** A Debian version that goes before what the file says; `git`: the one that the repository's tags tell. */
  version?: string;
  /** A Debian architecture, or several with commas between them, that go before what the file says. */
  arch?: string;
  environment: Environment;
}

/** nfpm's own defaults. */
const nfpmCompression = 'gzip';
const unsetMaintainer = 'Unset Maintainer <unset@localhost>';

/**
 * The configuration of the package that an nfpm.yaml describes: one, or one for each architecture that is asked for,
 * which the file then calls `${ARCH}` and `${GOARCH}`. Throws BadInput with every mistake, one a line, each with its place.
 */
export async function loadNfpmConfigs(
  file: string,
  options: NfpmOptions,
): Promise<[LoadedConfig, ...LoadedConfig[]]> {
  const { arch, dir } = options;
  if (arch === undefined) return [{ ...(await loadNfpm(file, options)), dir, isForSeveral: false }];
  const [first = '', ...others] = splitArchitectures(arch);
  const load = async (one: string): Promise<LoadedConfig> => {
    const environment = { ...options.environment, ...architectureVariables(one) };
    const loaded = await loadNfpm(file, { ...options, arch: one, environment });
    return { ...loaded, dir, isForSeveral: others.length > 0 };
  };
  const loaded: [LoadedConfig, ...LoadedConfig[]] = [await load(first)];
  for (const one of others) loaded.push(await load(one));
  return loaded;
}

/**
 * Reads an nfpm.yaml as nfpm does for a .deb: variables expanded, `overrides.deb` merged, the version put together.
 * Throws BadInput with every mistake, one a line, each with its place. The warnings tell what is passed over.
 */
export async function loadNfpm(
  file: string,
  options: NfpmOptions,
): Promise<Omit<LoadedConfig, 'dir' | 'isForSeveral'>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const what = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new BadInput(`${file}: ${what}`);
  });
  const written = readYaml(file, text, isText);
  const expanded = expandDocument(written, options.environment, (path) => expansionAt(written, path));
  const value = { ...(withoutEmpty(expanded.source.value) as object | undefined), ...serviceOf(written) };
  const source = { ...expanded.source, value };
  const parsed = nfpmSchema.safeParse(source.value);
  if (parsed.error !== undefined) {
    throw new BadInput(
      [...inFileOrder(describeIssues(parsed.error.issues, source)), ...expanded.unset].join('\n'),
    );
  }
  const { config, warnings } = await completeNfpm(parsed.data, source, options);
  return { config, warnings: [...expanded.unset, ...warnings], place: (path) => source.place(path) };
}

/** Everything is a text but these; `service` is read as in mkdeb.yaml. */
function isText(path: Path): boolean {
  if (path[0] === 'service') return serviceSpelling(path);
  return path.at(-1) !== 'disable_globbing' && path.at(-1) !== 'expand';
}

/**
 * Every text is expanded. In contents nfpm does so only with `expand: true`; without it a name that is no variable, as
 * `$id.js`, stays what it is, and `expand: false` leaves all as it is.
 */
function expansionAt(source: SourceDocument, path: Path): Expansion {
  // A command's variables are the host's.
  if (path[0] === 'service') return 'none';
  const at = path.lastIndexOf('contents');
  if (at < 0 || path.length !== at + 3 || (path[at + 2] !== 'src' && path[at + 2] !== 'dst')) return 'all';
  const expand = valueAt(source.value, [...path.slice(0, -1), 'expand']);
  return expand === true ? 'all' : expand === false ? 'none' : 'set';
}

/** `service` as it is written, an environment's empty texts included. */
function serviceOf({ value }: SourceDocument): { service?: unknown } {
  const service = valueAt(value, ['service']);
  return service === undefined || service === null ? {} : { service };
}

/** What is empty counts as not given; an item of a list keeps its place, and with it its line. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? '' : withoutEmpty(item)));
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, withoutEmpty(item)] as const)
      .filter(([, item]) => item !== undefined && !(typeof item === 'string' && item.trim() === '')),
  );
}

async function completeNfpm(
  given: NfpmFile,
  source: SourceDocument,
  options: NfpmOptions,
): Promise<{ config: AppConfig; warnings: string[] }> {
  const override: Path = ['overrides', 'deb'];
  const place = (path: Path, what?: 'key') =>
    source.place(
      valueAt(source.value, [...override, ...path]) === undefined ? path : [...override, ...path],
      what,
    );
  const merged = mergeOverrides(given, given.overrides?.deb ?? {}) as NfpmFile;
  const deb = merged.deb ?? {};
  const warnings: string[] = [];

  const where = options.version === undefined ? `${place(['version'])}: version` : '--version';
  const asked = options.version ?? merged.version;
  const told = asked === fromGit ? await gitVersion(options.dir, merged.name) : null;
  if (typeof told === 'string') throw new BadInput(`${where} is "${fromGit}"; ${told}`);
  warnings.push(...(told?.warnings ?? []).map((warning) => `${where}: ${warning}`));
  const version =
    options.version !== undefined && told === null
      ? options.version
      : nfpmVersion({
          version: told?.version ?? merged.version,
          schema: told === null ? (merged.version_schema ?? 'semver') : 'none',
          epoch: merged.epoch ?? '',
          prerelease: merged.prerelease ?? '',
          metadata: merged.version_metadata ?? '',
          release: merged.release ?? '',
        });
  const versionMistake = debianVersionMistake(version);
  if (versionMistake !== null) {
    throw new BadInput(`${where} makes the Debian version ${JSON.stringify(version)}; ${versionMistake}`);
  }
  const arch =
    options.arch ??
    nfpmArchitecture({
      arch: merged.arch ?? 'amd64',
      debArch: deb.arch ?? '',
      platform: merged.platform ?? 'linux',
    });
  if (!isDebianArchitecture(arch))
    warnings.push(
      `${place(['arch'])}: Debian has no architecture ${JSON.stringify(arch)}; dpkg installs the package only when forced`,
    );
  if (merged.maintainer === undefined) {
    warnings.push(`${source.place([])}: maintainer is missing; it is "${unsetMaintainer}", as with nfpm`);
  } else if (!maintainer.test(merged.maintainer.trim())) {
    warnings.push(
      `${place(['maintainer'])}: maintainer is no "Name <mail>", which Debian expects (Policy 5.6.2)`,
    );
  }
  const others = passedOver.filter((key) => merged[key] !== undefined);
  if (others.length > 0)
    warnings.push(
      `${source.place([others[0] as string], 'key')}: ${others.join(', ')}: for other formats, passed over`,
    );
  if (deb.signature !== undefined)
    warnings.push(
      `${place(['deb', 'signature'])}: deb.signature is passed over; to sign the package, say --sign KEY (docs/publish.md)`,
    );

  const { packaging, notes } = completePackaging(merged, place);
  const completed =
    given.service === undefined
      ? null
      : completeService({ given: given.service, name: merged.name, app: null, place, wellFormed: true });
  if (completed !== null && completed.mistakes.length > 0)
    throw new BadInput(inFileOrder(completed.mistakes).join('\n'));
  warnings.push(...(completed?.warnings ?? []));
  const description = splitDescription(withoutIndent(merged.description ?? 'no description given'));
  return {
    config: {
      name: merged.name,
      version,
      arch,
      maintainer: (merged.maintainer ?? unsetMaintainer).trim(),
      synopsis: description.synopsis,
      description: description.extended,
      section: merged.section ?? null,
      priority: merged.priority ?? 'optional',
      homepage: merged.homepage?.trim() ?? null,
      license: merged.license ?? null,
      relations: withNode(relationsOf(merged), completed?.service?.needsNode === true),
      ignore: [],
      packaging: { ...packaging, compression: packaging.compression ?? nfpmCompression },
      debugSymbols: 'keep',
      extras: noExtras,
      service: completed?.service?.config ?? null,
    },
    warnings: [...warnings, ...notes],
  };
}

/** nfpm trims every line of a description. */
function withoutIndent(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .join('\n');
}

function relationsOf(given: NfpmFile): AppConfig['relations'] {
  const lists = {
    predepends: given.deb?.predepends,
    depends: given.depends,
    recommends: given.recommends,
    suggests: given.suggests,
    breaks: given.deb?.breaks,
    conflicts: given.conflicts,
    provides: given.provides,
    replaces: given.replaces,
  };
  return Object.fromEntries(
    Object.entries(lists)
      .map(([field, list]) => [field, (list ?? []).flatMap(splitRelations)] as const)
      .filter(([, list]) => list.length > 0),
  );
}

function withNode(relations: AppConfig['relations'], needsNode: boolean): AppConfig['relations'] {
  const depends = relations.depends ?? [];
  if (!needsNode || depends.some((relation) => relatedPackage(relation) === 'nodejs')) return relations;
  return { ...relations, depends: ['nodejs', ...depends] };
}

/** As nfpm merges: maps key by key; a list that is not empty, or a text, takes the place of the other. */
function mergeOverrides(base: unknown, override: unknown): unknown {
  if (override === undefined || (Array.isArray(override) && override.length === 0)) return base;
  if (!isMap(base) || !isMap(override)) return override;
  const keys = new Set([...Object.keys(base), ...Object.keys(override)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeOverrides(base[key], override[key])]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
