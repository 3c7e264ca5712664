import type { KeptNode } from '../bundled-node/node-cache.ts';
import type { AppConfig } from '../config/app-config.ts';
import { writeWholeFile } from '../deb/scratch-file.ts';
import type { Package } from '../package/package.ts';
import type { Payload } from '../package/payload.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { npmModules, withNode } from './npm-modules.ts';

export interface Built {
  /** The app's directory. */
  dir: string;
  config: AppConfig;
  payload: Payload;
  /** The Node that comes with it, or null. */
  node: KeptNode | null;
  pkg: Package;
}

/** Writes the CycloneDX file of a package that was built, whole or not at all. */
export async function writeBillOfMaterials(
  path: string,
  { dir, config, payload, node, pkg }: Built,
  signal: AbortSignal,
): Promise<void> {
  const modules = npmModules(dir, payload.entries);
  const npm = node === null ? modules : withNode(modules, node);
  const text = billOfMaterials({ control: pkg.control, license: config.license, npm });
  await writeWholeFile(path, signal, (file) => file.writeFile(text));
}
