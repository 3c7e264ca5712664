import { hash } from 'node:crypto';
import type { Entry } from '../package/package.ts';
import { BlockWriter, blocksUnderWay } from './block-writer.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Method } from './compression.ts';
import { compressorIdentity } from './compressor-identity.ts';
import { dataRuns, type Run } from './data-runs.ts';
import { DataTar, type DataTarListener } from './data-tar.ts';
import { contentSize } from './installed-size.ts';
import type { Part } from './part.ts';
import type { Piece } from './piece.ts';
import type { PieceCache } from './piece-cache.ts';
import { PieceCompressor, type RawPiece } from './piece-compressor.ts';
import { ProcessSink } from './process-sink.ts';
import { RawPieces } from './raw-pieces.ts';
import { runKey } from './run-key.ts';
import type { NewScratchFile } from './scratch-file.ts';
import { tarBlockSize } from './tar-header.ts';

export interface DataMemberOptions {
  method: Method;
  mtimeSeconds: number;
  scratch: NewScratchFile;
  cache: PieceCache | null;
  signal: AbortSignal;
  listener: DataTarListener;
}

export interface DataMember {
  parts: Part[];
  /** Resolves once the cache has what it is to have; never rejects. */
  remembered: Promise<void>;
}

/**
 * Makes the data member of entries in archive order. Its bytes depend on nothing but them, the compression and the
 * compressor: neither on the cache nor on the number of cores. Once it has settled, no program of it runs any more.
 */
export async function makeDataMember(
  entries: readonly Entry[],
  options: DataMemberOptions,
): Promise<DataMember> {
  const { method, cache } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const identity = cache === null || method.filter === null ? null : await compressorIdentity(method.filter);
  const writer = new DataMemberWriter(entries, { ...options, signal }, identity);
  try {
    for (const run of dataRuns(entries, method.pieceSize)) await writer.add(run);
    const pieces = await writer.pieces();
    return { parts: method.join(pieces), remembered: writer.settled() };
  } catch (error) {
    failed.abort(error);
    await writer.settled();
    options.signal.throwIfAborted();
    throw error;
  }
}

/** What the cache is to know of the run that is written. */
interface RunInWork {
  key: string | null;
  pieceKeys: string[];
  kept: Promise<void>[];
}

class DataMemberWriter {
  readonly #options: DataMemberOptions;
  readonly #tar: DataTar;
  readonly #compressor: PieceCompressor;
  /** Null where nothing is remembered. */
  readonly #identity: string | null;
  readonly #raw: RawPieces;
  readonly #out: BlockWriter;
  readonly #pieces: Promise<Piece>[] = [];
  readonly #remembering: Promise<void>[] = [];
  #run: RunInWork = { key: null, pieceKeys: [], kept: [] };

  constructor(entries: readonly Entry[], options: DataMemberOptions, identity: string | null) {
    const { method, mtimeSeconds, scratch, signal } = options;
    this.#options = options;
    this.#identity = identity;
    this.#tar = new DataTar(entries, mtimeSeconds);
    this.#compressor = new PieceCompressor(method, scratch, signal);
    const hashes = identity !== null && method.isCostly;
    this.#raw = new RawPieces({ method, scratch, hashes }, (piece, sha256) => this.#addPiece(piece, sha256));
    this.#out = new BlockWriter(this.#raw, signal, 1);
  }

  pieces(): Promise<Piece[]> {
    return Promise.all(this.#pieces);
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#pieces);
    await Promise.allSettled(this.#remembering);
  }

  async add(run: Run): Promise<void> {
    this.#options.signal.throwIfAborted();
    const { cache, method, listener } = this.#options;
    const key = this.#runKey(run);
    if (key !== null && (await this.#takeRemembered(run, key))) return;
    this.#run = { key, pieceKeys: [], kept: [] };
    const md5s: string[] = [];
    const onEntry = (entry: Entry, md5: string | null) => {
      if (md5 !== null) md5s.push(md5);
      listener.onEntry(entry, md5);
    };
    if (run.size > 2 * method.pieceSize && !method.cutsFiles) {
      await this.#writeLargeFile(run, { ...listener, onEntry });
    } else {
      this.#raw.beginRun(run);
      await this.#tar.write(run, this.#out, { ...listener, onEntry });
      await this.#out.flush();
      await this.#raw.endRun();
    }
    if (cache === null || key === null) return;
    const { pieceKeys, kept } = this.#run;
    this.#remembering.push(Promise.all(kept).then(() => cache.keepRun(key, md5s, pieceKeys)));
  }

  #runKey(run: Run): string | null {
    const { cache } = this.#options;
    if (cache === null || this.#identity === null) return null;
    const key = runKey(run, this.#tar, cache.trusts);
    return key === null ? null : this.#named(`run ${key}`);
  }

  async #takeRemembered(run: Run, key: string): Promise<boolean> {
    const { cache, listener } = this.#options;
    const remembered = await cache?.run(key);
    const files = run.entries.filter((entry) => entry.kind === 'file').length;
    if (remembered?.md5s.length !== files) return false;
    const md5s = remembered.md5s.values();
    for (const entry of run.entries) {
      if (entry.kind === 'file') listener.onBytes(contentSize(entry.content));
      listener.onEntry(entry, entry.kind === 'file' ? (md5s.next().value as string) : null);
    }
    this.#pieces.push(...remembered.pieces.map((piece) => Promise.resolve(piece)));
    return true;
  }

  async #addPiece(raw: RawPiece, sha256: string | null): Promise<void> {
    const key = sha256 === null ? this.#run.key : this.#named(`piece ${sha256}`);
    const known = sha256 === null || key === null ? null : await this.#options.cache?.piece(key);
    if (known) {
      await raw.file.close();
      this.#pieces.push(Promise.resolve(known));
      if (key !== null) this.#run.pieceKeys.push(key);
      return;
    }
    await this.#compressor.room();
    this.#addCompressed(this.#compressor.compress(raw), key);
  }

  /** A pipe to the program, as there is no bound to the space that the file would take uncompressed. */
  async #writeLargeFile(run: Run, listener: DataTarListener): Promise<void> {
    const { method, scratch, signal } = this.#options;
    if (method.filter === null) throw new Error('only what compresses needs to begin with entries');
    const output = await scratch();
    const program = new ProcessSink(method.filter, output);
    const behind = run.isFirst ? null : new BehindTarHeader(program);
    const sink = behind ?? program;
    const abort = () => void sink.abort();
    signal.addEventListener('abort', abort);
    try {
      const out = new BlockWriter(sink, signal, blocksUnderWay);
      await this.#tar.write(run, out, listener);
      await out.flush();
      await sink.end();
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    const piece = method.pieceOf(output, (await output.stat()).size, behind?.tarHeader ?? null);
    this.#addCompressed(Promise.resolve(piece), this.#run.key);
  }

  #addCompressed(piece: Promise<Piece>, key: string | null): void {
    const { cache } = this.#options;
    this.#pieces.push(piece);
    const kept = piece.then(
      (made) => (cache === null || key === null ? undefined : cache.keepPiece(key, made)),
      () => {},
    );
    if (key === null) return;
    this.#run.pieceKeys.push(key);
    this.#run.kept.push(kept);
  }

  /** Another compressor's is another name. */
  #named(what: string): string {
    return hash('sha256', `${this.#identity}\n${what}`);
  }
}

/** Sends what follows the first tar header on, and keeps that. */
class BehindTarHeader implements ByteSink {
  readonly #sink: ByteSink;
  tarHeader: Buffer | null = null;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  write(block: Buffer): Promise<void> {
    if (this.tarHeader !== null) return this.#sink.write(block);
    this.tarHeader = Buffer.from(block.subarray(0, tarBlockSize));
    return this.#sink.write(block.subarray(tarBlockSize));
  }

  end(): Promise<void> {
    return this.#sink.end();
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }
}
