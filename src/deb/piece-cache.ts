import { randomBytes } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
  utimes,
} from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { FileStamp } from '../package/package.ts';
import { bytesOf } from './part.ts';
import type { Piece } from './piece.ts';
import { writeWhole } from './write-whole.ts';

/** Of all that is kept, in bytes; what was not used for the longest time goes first. */
const mostBytes = 2 * 2 ** 30;
/** What a killed build left half-written is removed once it is as old. */
const leftoverAgeMs = 3_600_000;
/** A file that was changed so shortly before may change once more and show the same times. */
const settledMs = 2_000;

/** Behind a kept piece: how long what is said of it is, the CRC-32 of all before, and what it is. */
const trailerSize = 16;
const trailerMagic = Buffer.from('mkdeb-p1');

export interface RememberedRun {
  /** Of its files, in their order, in hex. */
  md5s: readonly string[];
  pieces: readonly Piece[];
}

const runRecord = z.object({
  md5s: z.array(z.string().regex(/^[0-9a-f]{32}$/)),
  pieces: z.array(z.string()).min(1),
});

const pieceRecord = z.object({
  xzBlocks: z.array(z.object({ unpaddedSize: z.number(), uncompressedSize: z.number() })).optional(),
});

/**
 * Compressed pieces of earlier packages in a folder, and which runs of files they came from. It only ever saves time: a
 * package is the same with it and without it; what is not there, damaged, or cannot be written counts as not known. Many
 * builds may use it at once, and be killed at any moment.
 */
export class PieceCache {
  readonly #folder: string;
  readonly #openedMs: number;
  readonly #files: FileHandle[] = [];
  #keptAny = false;

  private constructor(folder: string, openedMs: number) {
    this.#folder = folder;
    this.#openedMs = openedMs;
  }

  /**
   * To be opened before the files are read that it shall remember. Null where the folder cannot be made, and where others
   * could put something into it: it would end up in packages.
   */
  static async open(folder: string, nowMs: number = Date.now()): Promise<PieceCache | null> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { uid, mode } = await stat(folder);
      if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return null;
      return new PieceCache(folder, nowMs);
    } catch {
      return null;
    }
  }

  /**
   * Whether a file that changes from now on will have another stamp, as git's index has to know ("racy git"): its
   * ctime, which no program can set, is older than two seconds, and its file system counts finer than seconds.
   */
  trusts = ({ ctimeMs }: FileStamp): boolean => {
    return ctimeMs % 1_000 !== 0 && this.#openedMs - ctimeMs >= settledMs;
  };

  /** A run with all of its pieces, or null. */
  async run(key: string): Promise<RememberedRun | null> {
    try {
      const path = this.#path(key, 'run');
      const { md5s, pieces: keys } = runRecord.parse(JSON.parse(await readFile(path, 'utf8')));
      const pieces: Piece[] = [];
      for (const pieceKey of keys) {
        const piece = await this.piece(pieceKey);
        if (piece === null) return null;
        pieces.push(piece);
      }
      await markUsed(path);
      return { md5s, pieces };
    } catch {
      return null;
    }
  }

  /** A piece, read once to see that it is whole; or null. It can be read until the cache is closed. */
  async piece(key: string): Promise<Piece | null> {
    const path = this.#path(key, 'piece');
    try {
      const file = await open(path);
      this.#files.push(file);
      const piece = await readPiece(file);
      if (piece !== null) await markUsed(path);
      return piece;
    } catch {
      return null;
    }
  }

  async keepPiece(key: string, { parts, xzBlocks }: Piece): Promise<void> {
    const record = Buffer.from(JSON.stringify({ xzBlocks }));
    await this.#keep(this.#path(key, 'piece'), async (file) => {
      let crc = 0;
      let position = 0;
      const append = async (bytes: Uint8Array) => {
        crc = crc32(bytes, crc);
        await writeWhole(file, bytes, position);
        position += bytes.length;
      };
      for await (const block of bytesOf([...parts, record])) await append(block);
      const trailer = Buffer.alloc(trailerSize);
      trailer.writeUInt32LE(record.length, 0);
      trailer.writeUInt32LE(crc, 4);
      trailerMagic.copy(trailer, 8);
      await append(trailer);
    });
  }

  async keepRun(key: string, md5s: readonly string[], pieceKeys: readonly string[]): Promise<void> {
    await this.#keep(this.#path(key, 'run'), (file) =>
      file.writeFile(JSON.stringify({ md5s, pieces: pieceKeys })),
    );
  }

  /** Closes what was found; where something was added, what is too much goes. */
  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
    if (this.#keptAny) await this.#prune().catch(() => {});
  }

  async #keep(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await write(file);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      this.#keptAny = true;
    } catch {
      // No room, say: the package does not need it.
      await unlink(temporary).catch(() => {});
    }
  }

  async #prune(): Promise<void> {
    const found = await Promise.all(
      (await readdir(this.#folder)).map(async (name) => {
        const path = join(this.#folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs, isLeftover: name.endsWith('.tmp') };
      }),
    );
    found.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let bytes = 0;
    for (const { path, size, mtimeMs, isLeftover } of found) {
      if (isLeftover && mtimeMs > Date.now() - leftoverAgeMs) continue;
      if (!isLeftover) bytes += size;
      if (isLeftover || bytes > mostBytes) await unlink(path).catch(() => {});
    }
  }

  #path(key: string, suffix: string): string {
    return join(this.#folder, `${key}.${suffix}`);
  }
}

async function readPiece(file: FileHandle): Promise<Piece | null> {
  const { size } = await file.stat();
  const trailer = Buffer.alloc(trailerSize);
  await file.read(trailer, 0, trailerSize, Math.max(0, size - trailerSize));
  const recordSize = trailer.readUInt32LE(0);
  const dataSize = size - trailerSize - recordSize;
  if (dataSize < 0 || !trailer.subarray(8).equals(trailerMagic)) return null;
  let crc = 0;
  for await (const block of bytesOf([{ file, offset: 0, size: size - trailerSize }])) crc = crc32(block, crc);
  if (crc !== trailer.readUInt32LE(4)) return null;
  const record = Buffer.alloc(recordSize);
  await file.read(record, 0, recordSize, dataSize);
  const { xzBlocks } = pieceRecord.parse(JSON.parse(record.toString()));
  return { parts: [{ file, offset: 0, size: dataSize }], ...(xzBlocks === undefined ? {} : { xzBlocks }) };
}

/** As the time of the last use: many file systems do not keep that of the last reading. */
async function markUsed(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}
