import { gitVersion } from '../git/git-version.ts';
import type { AppConfig } from './app-config.ts';
import { architectureVariables, debianArchitecture } from './architecture.ts';
import { completeConfig } from './complete-config.ts';
import { type Expansion, expandDocument } from './environment.ts';
import { fromGit } from './from-git.ts';
import type { LoadOptions } from './load-config.ts';
import type { Derived, Manifest } from './manifest.ts';
import { describeIssues } from './mistakes.ts';
import type { NodeApp } from './node-app.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import { type Path, type SourceDocument, valueAt } from './source-document.ts';

/** An app, and where its configuration is. */
export interface DescribedApp {
  dir: string;
  /** The file to name where there is no `source`. */
  expectedFile: string;
  source: SourceDocument | null;
  manifest: Manifest | null;
  node: NodeApp | null;
}

/** The configuration of one package for one architecture; null where there are mistakes. */
export async function loadPackage(
  { dir, expectedFile, source: written, manifest, node }: DescribedApp,
  arch: string,
  options: LoadOptions,
  optionsAreFine: boolean,
): Promise<{ config: AppConfig | null; mistakes: string[]; warnings: string[] }> {
  const environment = { ...process.env, ...architectureVariables(debianArchitecture(arch)) };
  const expanded =
    written === null
      ? { source: null, unset: [] }
      : expandDocument(written, environment, (path) => expansionAt(written, path));
  const { source } = expanded;

  const checked = source === null ? null : configSchema.safeParse(source.value ?? {});
  const mistakes =
    checked?.error === undefined || source === null ? [] : describeIssues(checked.error.issues, source);
  const wellFormed = optionsAreFine && mistakes.length === 0;
  const said = checked === null ? {} : (checked.data ?? asWritten(source?.value));
  const given = { ...said, ...(options.version === undefined ? {} : { version: options.version }) };
  const described = wellFormed
    ? await describedVersion(dir, given, { expectedFile, source, manifest, options })
    : null;
  const completed = completeConfig({
    ...{ given, wellFormed, source, expectedFile, manifest, app: node, arch },
    gitVersion: described,
  });
  return {
    config: completed.config,
    mistakes: [...mistakes, ...completed.mistakes],
    warnings: [...expanded.unset, ...(described?.warnings ?? []), ...completed.warnings],
  };
}

/**
 * The version that git tells where it is asked, or where the manifest leaves it to git; else null. Without a name, which
 * is a mistake by itself, nobody knows which tags are the package's.
 */
async function describedVersion(
  dir: string,
  given: Partial<ConfigFile>,
  known: Omit<DescribedApp, 'dir' | 'node'> & { options: LoadOptions },
): Promise<(Derived<string> & { warnings: readonly string[] }) | null> {
  const { source, manifest, options } = known;
  const isAsked = given.version === fromGit;
  const isImplied = given.version === undefined && manifest?.isTagged === true;
  const name = given.name ?? manifest?.name().value;
  if ((!isAsked && !isImplied) || name === undefined) return null;
  const place = source?.place(['version']) ?? `${known.expectedFile}:1:1`;
  const where = options.version === fromGit ? '--version' : `${place}: version`;
  const told = await gitVersion(dir, name);
  if (typeof told !== 'string')
    return { value: told.version, warnings: told.warnings.map((warning) => `${where}: ${warning}`) };
  const why = isAsked ? `${where} is "${fromGit}"` : `${where} is missing, and so git is asked`;
  return { mistake: `${why}; ${told}`, warnings: [] };
}

/** Variables of the environment are replaced where `contents` say so, and nowhere else. */
function expansionAt(source: SourceDocument, path: Path): Expansion {
  const [key, index, field] = path;
  if (key !== 'contents' || path.length !== 3 || (field !== 'src' && field !== 'dst')) return 'none';
  return valueAt(source.value, [key, index as number, 'expand']) === true ? 'all' : 'none';
}

/** A document with mistakes still tells which keys are there, so that what is missing is told together with them. */
function asWritten(value: unknown): Partial<ConfigFile> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Partial<ConfigFile>)
    : {};
}
