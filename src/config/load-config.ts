import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { debianVersionMistake } from '../package/debian-version.ts';
import type { AppConfig } from './app-config.ts';
import { architectureNames, debianArchitecture, machineNames, splitArchitectures } from './architecture.ts';
import { proposal } from './did-you-mean.ts';
import { fromGit } from './from-git.ts';
import { loadPackage } from './load-package.ts';
import { inFileOrder, mistake } from './mistakes.ts';
import { describedPackages, inPackage } from './packages.ts';
import { packagingSpelling } from './packaging-schema.ts';
import { readIfThere, readManifest } from './read-manifest.ts';
import { serviceSpelling } from './service-schema.ts';
import {
  type Path,
  partOf,
  readJson,
  readYaml,
  type SourceDocument,
  textAt,
  valueAt,
} from './source-document.ts';

export interface LoadOptions {
  /** The configuration file; `mkdeb.yaml` in the app's directory unless given. */
  file?: string;
  /** A Debian version that goes before the configured one; `git`: the one that the repository's tags tell. */
  version?: string;
  /** An architecture, or several with commas between them, that go before the configured one. */
  arch?: string;
}

export interface LoadedConfig {
  config: AppConfig;
  /** The app's directory. */
  dir: string;
  /** Whether the same configuration also makes packages for other architectures. */
  isForSeveral: boolean;
  /** One line each, for people. */
  warnings: string[];
  /** Where the configuration says `path`: `mkdeb.yaml:12:5`. */
  place(path: Path): string;
}

/**
 * Reads, checks and completes the configuration of the app in `dir`: mkdeb.yaml or the `mkdeb` key of package.json, and
 * what else the app's manifest says. One for each package that it describes: those of `packages`, for each architecture.
 * Throws BadInput with every mistake, one a line, each with its place.
 */
export async function loadConfigs(
  dir: string,
  options: LoadOptions = {},
): Promise<[LoadedConfig, ...LoadedConfig[]]> {
  if (!(await isDirectory(dir))) throw new BadInput(`${dir}: there is no such directory`);
  const packageJson = await readPackageJson(dir);
  const written = await configSource(dir, options.file, packageJson);
  const described = written === null ? [null] : describedPackages(written);
  if ('mistakes' in described) throw new BadInput(described.mistakes.join('\n'));

  const mistakes = optionMistakes(options);
  const optionsAreFine = mistakes.length === 0;
  const loaded: LoadedConfig[] = [];
  for (const source of described) {
    const appDir = textAt(source, ['dir']);
    const app = {
      dir: appDir === null ? dir : join(dir, appDir),
      expectedFile: options.file ?? join(dir, 'mkdeb.yaml'),
      source,
    };
    if (source !== null && appDir !== null && !(await isDirectory(app.dir))) {
      mistakes.push(mistake(source, ['dir'], `there is no such directory in ${dir}`));
      continue;
    }
    const json = appDir === null ? packageJson : await readPackageJson(app.dir);
    const { manifest, node } = await readManifest(app.dir, json);
    const arches = architecturesOf(options, source);
    for (const arch of arches) {
      const one = await loadPackage({ ...app, manifest, node }, arch, options, optionsAreFine);
      mistakes.push(...one.mistakes);
      if (one.config === null) continue;
      const { config, warnings } = one;
      const place = (path: Path) => source?.place(path) ?? `${app.expectedFile}:1:1`;
      loaded.push({ config, dir: app.dir, isForSeveral: arches.length > 1, warnings, place });
    }
  }
  const [first, ...others] = loaded;
  if (mistakes.length > 0 || first === undefined) throw new BadInput(inFileOrder(mistakes).join('\n'));
  return [first, ...others];
}

/** The names of the architectures to build for; what is wrong with them, others say. */
function architecturesOf(options: LoadOptions, source: SourceDocument | null): string[] {
  if (options.arch !== undefined) return splitArchitectures(options.arch);
  const inDeb = textAt(source, ['deb', 'arch']);
  if (inDeb !== null) return [inDeb];
  const written: unknown = valueAt(source?.value, ['arch']);
  const names = (Array.isArray(written) ? written : [written]).filter((name) => typeof name === 'string');
  return names.length === 0 ? ['auto'] : names;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

async function readPackageJson(dir: string): Promise<SourceDocument | null> {
  const file = join(dir, 'package.json');
  const text = await readIfThere(file);
  return text === null ? null : readJson(file, text, inPackageJson);
}

async function configSource(
  dir: string,
  file: string | undefined,
  packageJson: SourceDocument | null,
): Promise<SourceDocument | null> {
  const path = file ?? join(dir, 'mkdeb.yaml');
  const text = await readIfThere(path);
  if (text === null && file !== undefined) throw new BadInput(`${file}: there is no such file`);

  const inPackage =
    packageJson !== null && hasKey(packageJson.value, 'mkdeb') ? partOf(packageJson, 'mkdeb') : null;
  if (text === null) {
    if (packageJson === null) {
      throw new BadInput(
        existsSync(join(dir, 'nfpm.yaml'))
          ? `${path}: there is no such file; for the nfpm.yaml there, say "mkdeb build -c ${join(dir, 'nfpm.yaml')}"`
          : `${path}: there is no such file, and no package.json; "mkdeb init ${dir}" writes one`,
      );
    }
    return inPackage;
  }
  if (inPackage !== null && file === undefined) {
    throw new BadInput(
      `${inPackage.place([])}: mkdeb is configured here and in ${path}; keep one of the two`,
    );
  }
  return readYaml(
    path,
    text,
    inConfig,
    'several packages stand in one, as a list: "packages: [{name: …}, …]"',
  );
}

/** Where `1.10` and `true` are texts. */
function inConfig(whole: Path): boolean {
  const path = inPackage(whole);
  if (path.length === 1 && (path[0] === 'version' || path[0] === 'description')) return true;
  if (path[0] === 'service') return serviceSpelling(path);
  return packagingSpelling(path);
}

function inPackageJson(path: Path): boolean {
  return path[0] === 'mkdeb' && inConfig(path.slice(1));
}

function optionMistakes({ version, arch }: LoadOptions): string[] {
  const mistakes: string[] = [];
  const versionMistake = version === undefined || version === fromGit ? null : debianVersionMistake(version);
  if (versionMistake !== null) mistakes.push(`--version is ${JSON.stringify(version)}; ${versionMistake}`);
  const names = arch === undefined ? [] : splitArchitectures(arch);
  const possible = names.length > 1 ? machineNames : architectureNames;
  for (const [i, name] of names.entries()) {
    const told = `--arch is ${JSON.stringify(arch)}; `;
    if (!possible.includes(name))
      mistakes.push(
        `${told}${names.length > 1 ? `${JSON.stringify(name)}: ` : ''}${proposal(name, possible)}`,
      );
    else if (names.findIndex((one) => debianArchitecture(one) === debianArchitecture(name)) < i)
      mistakes.push(`${told}${JSON.stringify(name)} is given twice`);
  }
  return mistakes;
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
