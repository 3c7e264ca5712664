import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DebugSymbols } from '../config/app-config.ts';
import type { Entry, HostPath, Package } from '../package/package.ts';
import { readElfFile } from '../payload/elf-file.ts';
import { hostArchitecture, type NativeFile, nativeFiles } from '../payload/native-code.ts';
import { bundledNodeProgram } from '../render/bundled-node.ts';
import { Binutils } from './binutils.ts';
import { type DebugFile, dbgsymPackage } from './dbgsym-package.ts';

export interface SeparatedPackages {
  pkg: Package;
  /** The package of its symbols, or null. */
  dbgsym: Package | null;
  warnings: readonly string[];
}

/**
 * Runs a task with a package whose native code for `arch` is stripped, and the package of what was taken from it. The
 * files that were made for it are gone when this settles; those of the package's own are never touched. Left as they are: a
 * Node that comes along, what has no symbols, and, with a warning, what could not be found or started again.
 */
export async function withSeparateSymbols<T>(
  pkg: Package,
  { mode, arch }: { mode: DebugSymbols; arch: string },
  signal: AbortSignal,
  task: (packages: SeparatedPackages) => Promise<T>,
): Promise<T> {
  if (mode === 'keep') return task({ pkg, dbgsym: null, warnings: [] });
  const work = await mkdtemp(join(tmpdir(), 'mkdeb-symbols-'));
  try {
    const tools = new Binutils(arch, hostArchitecture(), signal);
    const stripped = new Map<HostPath, Entry>();
    const debugFiles = new Map<string, DebugFile>();
    const warnings: string[] = [];
    for (const file of nativeFiles(pkg.entries)) {
      if (file.arch !== arch || file.entry.path.endsWith(`/dist/${bundledNodeProgram}`)) continue;
      const elf = readElfFile(file.disk);
      if (elf?.kind !== 'program' || !elf.hasSymbols) continue;
      const why = elf.hasAppendix
        ? 'it carries something after its code, which would be lost'
        : mode === 'separate' && elf.buildId === null
          ? 'it has no build id, by which a debugger finds them (-Wl,--build-id; for Go: -ldflags=-B=gobuildid)'
          : null;
      if (why !== null) {
        warnings.push(`${file.disk}: its debug symbols stay in it: ${why}`);
        continue;
      }
      const debugFile =
        mode === 'separate' && elf.buildId !== null ? join(work, debugPath(elf.buildId)) : null;
      const into = join(work, `stripped-${stripped.size}`);
      stripped.set(file.entry.path, await strip(file, into, debugFile, tools));
      if (debugFile !== null && elf.buildId !== null) {
        const { size } = await stat(debugFile);
        debugFiles.set(elf.buildId, { buildId: elf.buildId, disk: debugFile, size });
      }
    }
    if (mode === 'separate' && debugFiles.size === 0 && warnings.length === 0) {
      warnings.push(`there are no debug symbols to separate in the app’s native code for ${arch}`);
    }
    return await task({
      pkg: { ...pkg, entries: pkg.entries.map((entry) => stripped.get(entry.path) ?? entry) },
      dbgsym: debugFiles.size === 0 ? null : dbgsymPackage(pkg.control, [...debugFiles.values()]),
      warnings,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The file's entry with what is left of it, its symbols in `debugFile` where that is wanted. */
async function strip(
  { entry, disk }: NativeFile,
  into: string,
  debugFile: string | null,
  tools: Binutils,
): Promise<Entry> {
  await tools.strip(disk, into);
  if (debugFile !== null) {
    await mkdir(dirname(debugFile), { recursive: true });
    await tools.keepDebug(disk, debugFile);
    await tools.linkDebug(into, debugFile);
  }
  const { size } = await stat(into);
  return { ...entry, content: { disk: into, size } };
}

/** Its base name is what .gnu_debuglink says: it has to be the one that is installed. */
function debugPath(buildId: string): string {
  return join('debug', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
}
