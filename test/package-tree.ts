import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Package } from '../src/package/package.ts';

/** Lays the files that a package makes itself (not its payload's), and its scripts under DEBIAN/, into a folder. */
export async function writeTree(pkg: Package, dir: string): Promise<void> {
  for (const entry of pkg.entries) {
    const path = join(dir, entry.path);
    await mkdir(dirname(path), { recursive: true });
    if (entry.kind === 'symlink') await symlink(entry.target, path);
    if (entry.kind !== 'file' || 'disk' in entry.content) continue;
    await writeFile(path, 'text' in entry.content ? entry.content.text : entry.content.bytes);
    await chmod(path, entry.mode);
  }
  for (const [name, text] of Object.entries(pkg.scripts)) {
    await mkdir(join(dir, 'DEBIAN'), { recursive: true });
    await writeFile(join(dir, 'DEBIAN', name), text, { mode: 0o755 });
  }
}
