import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Method } from './compression.ts';
import type { Piece } from './piece.ts';
import { runFilter } from './run-filter.ts';
import type { NewScratchFile } from './scratch-file.ts';

/** xz takes about 150 MB for each. */
const mostPrograms = 8;

/** A piece of the tar archive that is not compressed yet. */
export interface RawPiece {
  /** Its bytes, those behind `tarHeader` if there is one. */
  file: FileHandle;
  /** What it begins with, of all but a member's first piece where pieces begin with entries. */
  tarHeader: Buffer | null;
}

/** Compresses pieces side by side, as many as there are cores. */
export class PieceCompressor {
  readonly #method: Method;
  readonly #scratch: NewScratchFile;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<Piece>>();
  readonly #most = Math.min(availableParallelism(), mostPrograms);

  constructor(method: Method, scratch: NewScratchFile, signal: AbortSignal) {
    this.#method = method;
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /** Resolves once one more may begin; rejects where one has failed that ran until now. */
  async room(): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
  }

  /** Closes the piece's file. The compressed piece can be read until the scratch files are closed. */
  compress(raw: RawPiece): Promise<Piece> {
    const piece = this.#compress(raw);
    this.#running.add(piece);
    const forget = () => void this.#running.delete(piece);
    piece.then(forget, forget);
    return piece;
  }

  async #compress({ file, tarHeader }: RawPiece): Promise<Piece> {
    const { filter, pieceOf } = this.#method;
    if (filter === null) return pieceOf(file, (await file.stat()).size, tarHeader);
    const output = await this.#scratch();
    await runFilter(filter, file, output, this.#signal);
    await file.close();
    return pieceOf(output, (await output.stat()).size, tarHeader);
  }
}
