import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { goManifest } from './go-manifest.ts';
import { asRecord, type Manifest, textOf } from './manifest.ts';
import { type NodeApp, nodeApp } from './node-app.ts';
import { type SourceDocument, valueAt } from './source-document.ts';

/**
 * The manifest of the app in `dir`: the first of package.json, Cargo.toml, pyproject.toml and go.mod that names it; where
 * none does, package.json if it is there, else null. `packageJson` has been read already. Throws BadInput for one that
 * can't be read.
 */
export async function readManifest(
  dir: string,
  packageJson: SourceDocument | null,
): Promise<{ manifest: Manifest | null; node: NodeApp | null }> {
  const node =
    packageJson === null ? null : nodeApp(packageJson, { has: (path) => existsSync(join(dir, path)) });
  if (node !== null && names(node)) return { manifest: node, node };
  for (const read of [readCargo, readPython, readGo]) {
    const manifest = await read(dir);
    if (manifest !== null && names(manifest)) return { manifest, node };
  }
  return { manifest: node, node };
}

function names(manifest: Manifest): boolean {
  const { value, mistake } = manifest.name();
  return value !== undefined || mistake !== undefined;
}

/** The text of a file, null where there is none. Throws BadInput for a directory. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'EISDIR') throw new BadInput(`${path}: expected a file, this is a directory`);
    throw error;
  }
}

async function readTomlIfThere(file: string): Promise<SourceDocument | null> {
  const text = await readIfThere(file);
  if (text === null) return null;
  // Only where there is TOML is its parser loaded.
  const { readToml } = await import('./toml-document.ts');
  return readToml(file, text);
}

async function readCargo(dir: string): Promise<Manifest | null> {
  const source = await readTomlIfThere(join(dir, 'Cargo.toml'));
  if (source === null) return null;
  const { cargoManifest, inheritsFromWorkspace } = await import('./cargo-manifest.ts');
  return cargoManifest(source, inheritsFromWorkspace(source) ? await workspaceOf(dir, source) : null);
}

/** As Cargo finds the workspace of a package: itself, where `package.workspace` says, else the nearest above. */
async function workspaceOf(dir: string, source: SourceDocument): Promise<SourceDocument | null> {
  const isWorkspace = (one: SourceDocument | null) =>
    one !== null && asRecord(one.value)['workspace'] !== undefined;
  if (isWorkspace(source)) return source;
  const named = textOf(valueAt(source.value, ['package', 'workspace']));
  if (named !== null) return readTomlIfThere(join(dir, named, 'Cargo.toml'));
  for (let above = dirname(resolve(dir)); ; above = dirname(above)) {
    const one = await readTomlIfThere(join(above, 'Cargo.toml'));
    if (isWorkspace(one)) return one;
    if (above === dirname(above)) return null;
  }
}

async function readPython(dir: string): Promise<Manifest | null> {
  const source = await readTomlIfThere(join(dir, 'pyproject.toml'));
  if (source === null) return null;
  const { pythonManifest } = await import('./python-manifest.ts');
  return pythonManifest(source);
}

async function readGo(dir: string): Promise<Manifest | null> {
  const file = join(dir, 'go.mod');
  const text = await readIfThere(file);
  return text === null ? null : goManifest(file, text);
}
