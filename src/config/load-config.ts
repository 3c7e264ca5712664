import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { debianVersionMistake } from '../package/debian-version.ts';
import type { AppConfig } from './app-config.ts';
import { architectureNames } from './architecture.ts';
import { completeConfig } from './complete-config.ts';
import { proposal } from './did-you-mean.ts';
import { describeIssues, inFileOrder } from './mistakes.ts';
import { nodeApp } from './node-app.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import { type Path, partOf, readJson, readYaml, type SourceDocument } from './source-document.ts';

export interface LoadOptions {
  /** The configuration file; `mkdeb.yaml` in the app's directory unless given. */
  file?: string;
  /** A Debian version that goes before the configured one. */
  version?: string;
  /** An architecture that goes before the configured one. */
  arch?: string;
}

export interface LoadedConfig {
  config: AppConfig;
  /** One line each, for people. */
  warnings: string[];
}

/**
 * Reads, checks and completes the configuration of the app in `dir`: mkdeb.yaml or the `mkdeb` key of package.json, and
 * what else package.json says. Throws BadInput with every mistake, one a line, each with its place.
 */
export async function loadConfig(dir: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const directory = await stat(dir).catch(() => null);
  if (directory === null || !directory.isDirectory())
    throw new BadInput(`${dir}: there is no such directory`);

  const packageFile = join(dir, 'package.json');
  const packageText = await readIfThere(packageFile);
  const packageJson = packageText === null ? null : readJson(packageFile, packageText, inPackageJson);
  const source = await configSource(dir, options.file, packageJson);

  const checked = source === null ? null : configSchema.safeParse(source.value ?? {});
  const mistakes =
    checked?.error === undefined || source === null ? [] : describeIssues(checked.error.issues, source);
  mistakes.push(...optionMistakes(options));

  const given = checked === null ? {} : (checked.data ?? asWritten(source?.value));
  const completed = completeConfig({
    given: { ...given, ...asConfig(options) },
    source,
    expectedFile: options.file ?? join(dir, 'mkdeb.yaml'),
    app: packageJson === null ? null : nodeApp(packageJson, { has: (path) => existsSync(join(dir, path)) }),
    wellFormed: mistakes.length === 0,
  });
  mistakes.push(...completed.mistakes);
  if (mistakes.length > 0 || completed.config === null) {
    throw new BadInput(inFileOrder(mistakes).join('\n'));
  }
  return { config: completed.config, warnings: completed.warnings };
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
        `${path}: there is no such file, and no package.json; "mkdeb init ${dir}" writes one`,
      );
    }
    return inPackage;
  }
  if (inPackage !== null && file === undefined) {
    throw new BadInput(
      `${inPackage.place([])}: mkdeb is configured here and in ${path}; keep one of the two`,
    );
  }
  return readYaml(path, text, inConfig);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'EISDIR') throw new BadInput(`${path}: expected a file, this is a directory`);
    throw error;
  }
}

/** Where `1.10` and `true` are texts. */
function inConfig(path: Path): boolean {
  if (path.length === 1) return path[0] === 'version' || path[0] === 'description';
  return path[0] === 'service' && (path[1] === 'environment' || path[1] === 'unit');
}

function inPackageJson(path: Path): boolean {
  return path[0] === 'mkdeb' && inConfig(path.slice(1));
}

function optionMistakes({ version, arch }: LoadOptions): string[] {
  const mistakes: string[] = [];
  const versionMistake = version === undefined ? null : debianVersionMistake(version);
  if (versionMistake !== null) mistakes.push(`--version is ${JSON.stringify(version)}; ${versionMistake}`);
  if (arch !== undefined && !architectureNames.includes(arch)) {
    mistakes.push(`--arch is ${JSON.stringify(arch)}; ${proposal(arch, architectureNames)}`);
  }
  return mistakes;
}

function asConfig({ version, arch }: LoadOptions): Partial<ConfigFile> {
  return { ...(version === undefined ? {} : { version }), ...(arch === undefined ? {} : { arch }) };
}

/** A document with mistakes still tells which keys are there, so that what is missing is told together with them. */
function asWritten(value: unknown): Partial<ConfigFile> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Partial<ConfigFile>)
    : {};
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
