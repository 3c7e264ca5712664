import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import { listArMembers } from '../deb/ar-members.ts';
import { writeWholeFile } from '../deb/scratch-file.ts';
import type { Signer } from '../sign/signer.ts';
import { packagesOf, releaseOf } from './ftparchive.ts';
import { indexesByArchitecture, readPackagesIndex } from './packages-index.ts';
import { putSuite } from './repository-files.ts';

export interface RepositoryOptions {
  suite: string;
  /** Null: what the repository has said so far. apt refuses one that says something else. */
  origin: string | null;
  /** Null: unsigned. */
  signer: Signer | null;
}

export interface MadeRepository {
  architectures: readonly string[];
  /** Files. */
  packages: number;
  /** The key that signs, and its public half's file, in the repository; null: unsigned. */
  key: { fingerprint: string; file: string } | null;
}

/** The public key's file in a repository. */
export const keyFile = 'key.asc';

/**
 * Makes the folder `dir` an apt repository of the packages in it, wherever they are below it, or brings it up to date.
 * Packages stay where they are; dists/SUITE is written as `putSuite` has it, and nothing at all before everything is made
 * and signed. Throws BadInput for what apt could not use.
 */
export async function makeRepository(
  dir: string,
  { suite, origin, signer }: RepositoryOptions,
  signal: AbortSignal,
): Promise<MadeRepository> {
  const files = await packageFiles(dir);
  const suiteFolder = join(dir, 'dists', suite);
  const before = await readFile(join(suiteFolder, 'Release'), 'utf8').catch(() => null);
  if (files.length === 0 && before === null) {
    throw new BadInput(`${dir}: there is no package in it; expected files that end in .deb`);
  }
  for (const file of files) await checkPackage(join(dir, file), file);

  const packages = readPackagesIndex(files.length === 0 ? '' : await packagesOf(dir, signal));
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(before ?? '')?.[1];
  const byArchitecture = indexesByArchitecture(packages, field('Architectures')?.split(' ') ?? []);
  const indexes = await compressed(byArchitecture, signal);
  const architectures = [...byArchitecture.keys()];
  const fields = { suite, origin: origin ?? field('Origin') ?? null, architectures };
  const release = await withStaged(indexes, (staged) => releaseOf(staged, fields, signal));

  if (signer === null) {
    await putSuite(suiteFolder, { indexes, release, signed: null }, signal);
    return { architectures, packages: packages.length, key: null };
  }
  const inRelease = await signer.clear(release);
  const releaseGpg = await signer.detached(once(release), { armor: true });
  const { fingerprint } = inRelease;
  const publicKey = await signer.publicKey(fingerprint);
  await writeWholeFile(join(dir, keyFile), signal, (file) => file.writeFile(publicKey));
  const signed = { inRelease: inRelease.bytes, releaseGpg: releaseGpg.bytes };
  await putSuite(suiteFolder, { indexes, release, signed }, signal);
  return { architectures, packages: packages.length, key: { fingerprint, file: join(dir, keyFile) } };
}

/** Relative to the repository, sorted. */
async function packageFiles(dir: string): Promise<string[]> {
  const all = await readdir(dir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `${dir}: there is no such folder; expected one with packages in it`
        : `${dir}: ${error.message}`,
    );
  });
  return all.filter((path) => path.endsWith('.deb')).sort();
}

/** What apt-ftparchive would take, and clients stumble over. */
async function checkPackage(path: string, name: string): Promise<void> {
  if (!/^[\w.+~:@,=/-]+$/.test(name)) {
    throw new BadInput(`${path}: apt can’t fetch a file of this name; rename it, as dpkg-name does`);
  }
  const file = await open(path);
  try {
    await listArMembers(file);
  } catch (error) {
    throw error instanceof BadInput ? new BadInput(`${path}: ${error.message}`) : error;
  } finally {
    await file.close();
  }
}

/** Plain, for hashes' sake; gzip and xz, of which clients fetch one. */
async function compressed(
  texts: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Map<string, Buffer>> {
  const indexes = new Map<string, Buffer>();
  for (const [architecture, text] of texts) {
    const path = `main/binary-${architecture}/Packages`;
    const { stdout } = await execa('xz', ['--stdout', '--threads=1'], {
      input: text,
      encoding: 'buffer',
      stripFinalNewline: false,
      maxBuffer: 1 << 29,
      cancelSignal: signal,
    });
    indexes.set(path, Buffer.from(text));
    indexes.set(`${path}.gz`, await promisify(gzip)(text, { level: 9 }));
    indexes.set(`${path}.xz`, Buffer.from(stdout));
  }
  return indexes;
}

/** Runs a task on a folder that holds the indexes and nothing else, gone afterwards. */
async function withStaged<T>(
  indexes: ReadonlyMap<string, Buffer>,
  task: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mkdeb-repo-'));
  try {
    for (const [path, bytes] of indexes) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
