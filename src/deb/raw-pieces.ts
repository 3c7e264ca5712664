import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { ByteSink } from './byte-sink.ts';
import type { Method } from './compression.ts';
import type { Run } from './data-runs.ts';
import type { RawPiece } from './piece-compressor.ts';
import type { NewScratchFile } from './scratch-file.ts';
import { tarBlockSize } from './tar-header.ts';

/** Writes a run of the tar archive into scratch files, a piece each. Blocks can be used again at once. */
export class RawPieces implements ByteSink {
  readonly #method: Method;
  readonly #scratch: NewScratchFile;
  readonly #onPiece: (piece: RawPiece, sha256: string | null) => Promise<void>;
  readonly #hashes: boolean;
  #piece: RawPiece | null = null;
  #hash: Hash | null = null;
  #size = 0;
  #apart = false;

  /** `hashes` where it is to be known which bytes a piece has; `onPiece` is called for each, in order. */
  constructor(
    { method, scratch, hashes }: { method: Method; scratch: NewScratchFile; hashes: boolean },
    onPiece: (piece: RawPiece, sha256: string | null) => Promise<void>,
  ) {
    this.#method = method;
    this.#scratch = scratch;
    this.#hashes = hashes;
    this.#onPiece = onPiece;
  }

  beginRun({ isFirst }: Run): void {
    this.#apart = !this.#method.cutsFiles && !isFirst;
  }

  async write(block: Buffer): Promise<void> {
    let bytes = block;
    if (this.#piece === null) {
      const tarHeader = this.#apart ? Buffer.from(block.subarray(0, tarBlockSize)) : null;
      if (tarHeader !== null) bytes = block.subarray(tarBlockSize);
      this.#piece = { file: await this.#scratch(), tarHeader };
      this.#hash = this.#hashes ? createHash('sha256') : null;
    }
    // Synchronously: it goes into the page cache, and the block is free.
    for (
      let done = 0;
      done < bytes.length;
      done += writeSync(this.#piece.file.fd, bytes, done, undefined, this.#size + done)
    );
    this.#size += bytes.length;
    this.#hash?.update(bytes);
    if (this.#method.cutsFiles && this.#size >= this.#method.pieceSize) await this.endRun();
  }

  /** The next bytes begin a piece of their own. */
  async endRun(): Promise<void> {
    const piece = this.#piece;
    if (piece === null) return;
    this.#piece = null;
    this.#size = 0;
    await this.#onPiece(piece, this.#hash?.digest('hex') ?? null);
  }

  async end(): Promise<void> {
    await this.endRun();
  }

  /** Scratch files are closed by whom made them. */
  async abort(): Promise<void> {}
}
