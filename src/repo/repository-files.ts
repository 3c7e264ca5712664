import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWholeFile } from '../deb/scratch-file.ts';

/** The files of a suite, as apt's clients know them (https://wiki.debian.org/DebianRepository/Format). */
export interface SuiteFiles {
  /** By their paths under dists/SUITE: main/binary-amd64/Packages.xz … */
  indexes: ReadonlyMap<string, Buffer>;
  release: string;
  /** Null: nobody has signed. */
  signed: { inRelease: Buffer; releaseGpg: Buffer } | null;
}

/** A client that has read the Release before this one may still ask for its indexes, in ms. */
const keptFor = 24 * 3600_000;

/**
 * Puts the files of a suite in place so that at every moment a client finds a whole repository, the one before or this
 * one: first the indexes under the names of their hashes, which nobody knows yet; InRelease, which names them, last. Each
 * file is there whole or not at all. What no Release names any more goes a day later.
 */
export async function putSuite(suiteFolder: string, files: SuiteFiles, signal: AbortSignal): Promise<void> {
  const { indexes, release, signed } = files;
  const named = new Set<string>();
  const replaced = await namedByHash(suiteFolder);
  for (const [path, bytes] of indexes) {
    const byHash = byHashPath(path, createHash('sha256').update(bytes).digest('hex'));
    named.add(byHash);
    await put(join(suiteFolder, byHash), bytes, signal);
  }
  for (const [path, bytes] of indexes) await put(join(suiteFolder, path), bytes, signal);
  if (signed !== null) await put(join(suiteFolder, 'Release.gpg'), signed.releaseGpg, signal);
  await put(join(suiteFolder, 'Release'), Buffer.from(release), signal);
  if (signed === null) {
    for (const name of ['Release.gpg', 'InRelease']) await rm(join(suiteFolder, name), { force: true });
  } else {
    await put(join(suiteFolder, 'InRelease'), signed.inRelease, signal);
  }
  await clear(suiteFolder, new Set(indexes.keys()), named, replaced);
}

/** The paths under by-hash of the indexes that the Release in place names. */
async function namedByHash(suiteFolder: string): Promise<Set<string>> {
  const release = await readFile(join(suiteFolder, 'Release'), 'utf8').catch(() => '');
  return new Set(
    [...release.matchAll(/^ ([0-9a-f]{64}) +\d+ (\S+)$/gm)].map(([, hash = '', path = '']) =>
      byHashPath(path, hash),
    ),
  );
}

function byHashPath(path: string, sha256: string): string {
  return join(path, '..', 'by-hash', 'SHA256', sha256);
}

async function put(path: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeWholeFile(path, signal, (file) => file.writeFile(bytes));
}

/** Removes indexes by hash that nobody asks for any more, and what a killed run has left. */
async function clear(
  suiteFolder: string,
  indexes: ReadonlySet<string>,
  named: ReadonlySet<string>,
  replaced: ReadonlySet<string>,
): Promise<void> {
  const now = Date.now();
  const folders = new Set([...indexes].map((path) => join(path, '..')));
  for (const folder of ['.', ...folders, ...[...folders].map((one) => join(one, 'by-hash', 'SHA256'))]) {
    for (const name of await readdir(join(suiteFolder, folder))) {
      const path = join(folder, name);
      const isByHash = folder.endsWith('by-hash/SHA256');
      if ((!isByHash && !/^\..*\.tmp$/.test(name)) || named.has(path)) continue;
      // Its day begins when another one takes its place.
      if (replaced.has(path)) await utimes(join(suiteFolder, path), now / 1_000, now / 1_000);
      else if ((await stat(join(suiteFolder, path))).mtimeMs < now - keptFor)
        await rm(join(suiteFolder, path));
    }
  }
}
