import { constants } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import { splitRelations } from '../config/relation.ts';
import type { Entry } from '../package/package.ts';
import { readElfFile } from '../payload/elf-file.ts';
import { hostArchitecture, nativeFiles } from '../payload/native-code.ts';

/** Debian's C library is glibc: prebuilt modules for musl come along with those for glibc, and are never loaded. */
const muslLibrary = /^(?:libc\.musl-|ld-musl-)/;
const isLibrary = (path: string) => /\.so(?:\.|$)/.test(posix.basename(path));

interface Program {
  /** In the folder that dpkg-shlibdeps looks at. */
  staged: string;
  disk: string;
}

/**
 * The relations for the shared libraries that the ELF files of a package need, as dpkg-shlibdeps(1) finds them by the
 * packages that this machine has; sorted. Libraries in the package itself need none. Files for other architectures are
 * passed over, as their libraries are not what the package is for.
 *
 * The files are copied to a folder of their own for it, which is gone afterwards. Throws BadInput where dpkg-shlibdeps is
 * not there, and for each library that no package has.
 */
export async function sharedLibraryRelations(
  name: string,
  arch: string,
  entries: readonly Entry[],
): Promise<string[]> {
  const work = await mkdtemp(join(tmpdir(), 'mkdeb-shlibs-'));
  try {
    const root = posix.join('debian', name);
    const { programs, folders } = await stage(join(work, root), root, arch, entries);
    if (programs.length === 0) return [];
    await mkdir(join(work, root, 'DEBIAN'), { recursive: true });
    // What dpkg-shlibdeps wants to know of the source package: that there is one.
    await writeFile(join(work, 'debian/control'), `Source: ${name}\n\nPackage: ${name}\nArchitecture: any\n`);
    const options = [...folders].sort().map((folder) => `-l${folder}`);
    const files = programs.map(({ staged }) => `-e${staged}`);
    const ran = await execa('dpkg-shlibdeps', ['-O', ...options, ...files], {
      cwd: work,
      reject: false,
      stdin: 'ignore',
      env: { LC_ALL: 'C.UTF-8', DEB_HOST_ARCH: arch },
    });
    if (ran.code === 'ENOENT') {
      throw new BadInput(
        'depends has "$auto", which needs dpkg-shlibdeps, and it is not installed: apt install dpkg-dev, or write the relations out',
      );
    }
    if (ran.exitCode !== 0) throw new BadInput(complaints(ran.stderr, programs, arch).join('\n'));
    const value = /^shlibs:Depends=(.*)$/m.exec(ran.stdout)?.[1] ?? '';
    return splitRelations(value).sort();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Puts the package's native code below `folder` as it will be installed, with the links that lead to libraries;
 * `called` is that folder in dpkg-shlibdeps' words. What needs libraries comes back, and where there are some.
 */
async function stage(
  folder: string,
  called: string,
  arch: string,
  entries: readonly Entry[],
): Promise<{ programs: Program[]; folders: ReadonlySet<string> }> {
  const programs: Program[] = [];
  const folders = new Set<string>();
  const staged = new Set<string>();
  const place = async (path: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (isLibrary(path)) folders.add(posix.dirname(path));
    return join(folder, path);
  };
  for (const { entry, disk, arch: own } of nativeFiles(entries)) {
    const elf = own === arch ? readElfFile(disk) : null;
    if (elf?.kind !== 'program' || elf.needed.some((library) => muslLibrary.test(library))) continue;
    await copyFile(disk, await place(entry.path), constants.COPYFILE_FICLONE);
    staged.add(entry.path);
    if (elf.needed.length > 0) programs.push({ staged: posix.join(called, entry.path), disk });
  }
  for (const entry of entries) {
    if (!('target' in entry) || !isLibrary(entry.path)) continue;
    if (entry.kind === 'hardlink' && staged.has(entry.target))
      await link(join(folder, entry.target), await place(entry.path));
    if (entry.kind === 'symlink' && !entry.target.startsWith('/'))
      await symlink(entry.target, await place(entry.path));
  }
  return { programs, folders };
}

/** What dpkg-shlibdeps could not find, a line each; its own words where it says anything else. */
function complaints(said: string, programs: readonly Program[], arch: string): string[] {
  const diskOf = (staged: string) => programs.find((program) => program.staged === staged)?.disk ?? staged;
  const lines = new Set<string>();
  for (const [, library, staged = ''] of said.matchAll(/cannot find library (\S+) needed by (.+?) \(ELF/g)) {
    lines.add(
      `${diskOf(staged)} needs ${library}, which is neither in the app nor on this machine: install the package that has it, or add the file to ignore`,
    );
  }
  for (const [, library, staged = ''] of said.matchAll(
    /no dependency information found for (\S+)\s+\(used by (.+?)\)/g,
  )) {
    lines.add(
      `${diskOf(staged)} needs ${library}, which is of no Debian package here: put it into the app, or leave "$auto" out`,
    );
  }
  if (lines.size === 0) {
    const errors = said.split('\n').filter((line) => line.includes('error: '));
    lines.add(errors.join('; ') || `dpkg-shlibdeps failed: ${said.trim()}`);
  }
  const host = hostArchitecture();
  if (arch !== host) {
    lines.add(
      `"$auto" in depends looks for the libraries of ${arch} on this machine, which is ${host}: install them (dpkg --add-architecture ${arch}; apt install libc6:${arch} …), build on ${arch}, or write the relations out`,
    );
  }
  return [...lines];
}
