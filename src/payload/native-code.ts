import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { BadInput } from '../bad-input.ts';
import type { Entry, FileEntry } from '../package/package.ts';
import { reading } from '../unreadable.ts';
import { elfArchitecture, elfHeaderSize } from './elf.ts';

/** A file of the package that is an ELF file on this machine's disk. */
export interface NativeFile {
  entry: FileEntry;
  disk: string;
  /** The Debian architecture. */
  arch: string;
}

/** The ELF files among `entries`, in their order. */
export function* nativeFiles(entries: Iterable<Entry>): Generator<NativeFile> {
  const header = new Uint8Array(elfHeaderSize);
  for (const entry of entries) {
    if (entry.kind !== 'file') continue;
    const { path, mode, content } = entry;
    if (!('disk' in content) || content.size < elfHeaderSize || !maybeNative(path, mode)) continue;
    const { disk } = content;
    const length = reading(disk, () => readStart(disk, header));
    const arch = elfArchitecture(header.subarray(0, length));
    if (arch !== null) yield { entry, disk, arch };
  }
}

/** The architectures of the ELF files among `entries`, each with the first file that has it. */
export function nativeCode(entries: Iterable<Entry>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { entry, arch } of nativeFiles(entries)) if (!found.has(arch)) found.set(arch, entry.path);
  return found;
}

/**
 * The one architecture that a package with this native code is for. Prebuilt modules often come for several: `wanted`
 * (unless `auto`) and then this machine's go first. Throws BadInput where neither is among them.
 */
export function packageArchitecture(found: ReadonlyMap<string, string>, wanted: string): string | null {
  const [first, ...others] = found.keys();
  if (first === undefined) return null;
  if (found.has(wanted)) return wanted;
  if (others.length === 0) return first;
  const host = hostArchitecture();
  if (found.has(host)) return host;
  const list = [...found].map(([arch, path]) => `${arch} (${path})`).join(', ');
  throw new BadInput(`the app has native code for ${list}; say which one the package is for with arch`);
}

/** Any ELF file has one of these marks, unless somebody renamed it; opening 70,000 files to be sure takes seconds. */
function maybeNative(path: string, mode: number): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (mode & 0o111) !== 0 || !name.includes('.') || /\.(so|node)(\.|$)/.test(name);
}

function readStart(path: string, into: Uint8Array): number {
  const file = openSync(path, 'r');
  try {
    return readSync(file, into, 0, into.length, 0);
  } finally {
    closeSync(file);
  }
}

/** This machine's Debian architecture. */
export function hostArchitecture(): string {
  try {
    return execFileSync('dpkg', ['--print-architecture'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No dpkg where this package is built.
    const names: Readonly<Record<string, string>> = {
      x64: 'amd64',
      ia32: 'i386',
      arm: 'armhf',
      ppc64: 'ppc64el',
    };
    return names[process.arch] ?? process.arch;
  }
}
