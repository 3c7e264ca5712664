import { BadInput } from '../bad-input.ts';
import { type BundledNode, bundleNode } from '../bundled-node/bundle-node.ts';
import type { AppConfig } from '../config/app-config.ts';
import { fromGit } from '../config/from-git.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { sharedLibraries } from '../config/relation.ts';
import { readContents } from '../contents/read-contents.ts';
import { sharedLibraryRelations } from '../depends/shared-libraries.ts';
import { checkAlternatives } from '../extras/check-alternatives.ts';
import { readExtras } from '../extras/read-extras.ts';
import { historyChangelog } from '../git/history-changelog.ts';
import { assemblePackage, underDist } from '../package/assemble.ts';
import type { Entry, Package } from '../package/package.ts';
import { hostArchitecture, nativeCode, packageArchitecture } from '../payload/native-code.ts';
import { type ReadPayload, readPayload } from '../payload/read-payload.ts';
import { checkStartedProgram } from '../payload/started-program.ts';
import { readUserFiles, type UserFiles } from '../payload/user-files.ts';
import { packageChangelog } from '../render/changelog.ts';
import { stoppingLines } from '../render/maintainer-scripts.ts';
import { refuseMultiArch, refuseOtherArchitecture } from './check-architecture.ts';
import { packageTime } from './package-time.ts';

export interface PreparedPackage {
  config: AppConfig;
  /** The app's directory. */
  dir: string;
  payload: ReadPayload;
  /** The Node that comes with it, or null. */
  node: BundledNode | null;
  arch: string;
  epochSeconds: number;
  pkg: Package;
  /** As deb-changelog(5) has it. */
  changelog: string;
  warnings: string[];
}

/** The package of an app, from its configuration. Throws BadInput for what can't be one. */
export async function preparePackage(loaded: LoadedConfig): Promise<PreparedPackage> {
  const { config: written, dir } = loaded;
  const warnings = [...loaded.warnings];
  const { packaging } = written;
  const [payload, seconds] = await Promise.all([
    readPayload(dir, written),
    packaging.mtimeSeconds ?? packageTime(dir),
  ]);
  const contents = readContents(dir, packaging.contents, packaging.contentsOptions);
  const files = await withChangelog(dir, written, readUserFiles(dir, packaging), warnings);
  const extras = readExtras(dir, written);
  if (written.service !== null) {
    const release = [...payload.entries, ...contentsOfRelease(written.name, contents.entries)];
    checkStartedProgram(dir, 'service.exec', written.service.exec, release);
    for (const { step, command } of written.service.hooks)
      checkStartedProgram(dir, `service.hooks.${step}`, command, release);
  }
  const nativeArch = payload.nativeArch ?? packageArchitecture(nativeCode(contents.entries), written.arch);
  const ownArch = nativeArch ?? (written.service?.node ? hostArchitecture() : 'all');
  const arch = written.arch === 'auto' ? ownArch : written.arch;
  if (nativeArch !== null && arch === 'all') {
    throw new BadInput(`arch is "all", but the app has native code for ${nativeArch}; leave arch out`);
  }
  refuseOtherArchitecture(loaded, arch, payload.entries);
  refuseOtherArchitecture(loaded, arch, contents.entries);
  const onHost = () => entriesOnHost(written.name, payload, contents.entries);
  refuseMultiArch(loaded, arch, onHost());
  if (nativeArch !== null && nativeArch !== arch) {
    warnings.push(`the package is for ${arch}, but the app’s native code is for ${nativeArch}`);
  }
  const node = await ownNode(dir, written, arch, warnings);
  const config = await withSharedLibraries(written, arch, onHost());
  warnings.push(...stoppingWarnings(config, files));
  const epochSeconds =
    seconds ?? Math.max(payload.newestSeconds, contents.newestSeconds, extras.newestSeconds);
  const pkg = assemblePackage(config, payload, {
    ...{ arch, epochSeconds, files, node, extras },
    contents: contents.entries,
  });
  checkAlternatives(config.extras.alternatives, pkg.entries);
  const changelog = packageChangelog(config, epochSeconds, files.changelog);
  return {
    config,
    dir,
    payload: withNode(payload, node),
    node,
    arch,
    epochSeconds,
    pkg,
    changelog,
    warnings,
  };
}

/** The Node that the service brings, or null. What there is to say of it is added to `warnings`. */
export async function ownNode(
  dir: string,
  { service }: AppConfig,
  arch: string,
  warnings: string[],
): Promise<BundledNode | null> {
  if (service === null || service.node === null) return null;
  const bundled = await bundleNode(dir, service.node, arch);
  warnings.push(...bundled.warnings);
  return bundled.node;
}

/** The payload, which tells people of its Node too. */
export function withNode(payload: ReadPayload, node: BundledNode | null): ReadPayload {
  return node === null ? payload : { ...payload, summary: `${payload.summary}, and Node ${node.version}` };
}

/** What `contents` put on the host, and before it the payload where it goes. */
function* entriesOnHost(name: string, payload: ReadPayload, contents: readonly Entry[]): Generator<Entry> {
  for (const entry of payload.entries) yield underDist(name, entry);
  yield* contents;
}

/** The configuration with what its depends calls `$auto` written out. */
async function withSharedLibraries(
  config: AppConfig,
  arch: string,
  entries: Iterable<Entry>,
): Promise<AppConfig> {
  const { depends = [] } = config.relations;
  if (!depends.includes(sharedLibraries)) return config;
  const found = await sharedLibraryRelations(config.name, arch, [...entries]);
  const relations = depends.flatMap((one) => (one === sharedLibraries ? found : [one]));
  return { ...config, relations: { ...config.relations, depends: relations } };
}

/** What of the user's scripts would lose requests. */
export function stoppingWarnings({ name, service }: AppConfig, { scripts }: UserFiles): string[] {
  if (service === null) return [];
  return stoppingLines(name, scripts).map(
    ({ script, line }) =>
      `${script}: ${JSON.stringify(line)} stops the service: requests are lost; mkdeb starts, hands over and stops it`,
  );
}

/** The user's files, with the changelog that git tells where it is asked for. */
export async function withChangelog(
  dir: string,
  config: AppConfig,
  files: UserFiles,
  warnings: string[],
): Promise<UserFiles> {
  const { changelog } = config.packaging;
  if (changelog === null || !('git' in changelog)) return files;
  const { place } = changelog.git;
  const told = await historyChangelog(dir, config);
  if (typeof told === 'string') throw new BadInput(`${place} is "${fromGit}"; ${told}`);
  warnings.push(...told.warnings.map((warning) => `${place}: ${warning}`));
  return { ...files, changelog: told.entries };
}

/** What contents put beside the app's files, by its path in a release. */
function contentsOfRelease(name: string, entries: readonly Entry[]): Entry[] {
  const dist = `/usr/lib/${name}/dist/`;
  return entries
    .filter(({ path }) => path.startsWith(dist))
    .map((entry) => ({ ...entry, path: entry.path.slice(dist.length) }));
}
