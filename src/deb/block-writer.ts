import { availableParallelism } from 'node:os';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { ByteSink } from './byte-sink.ts';

export const blockSize = 1 << 20;

/** Blocks filled or on their way to a compressor: four for each of its threads, which bounds the memory as well. */
export const blocksUnderWay = 4 * Math.min(Math.max(availableParallelism(), 2), 8);

/** Gathers bytes into blocks of 1 MiB for a sink. The blocks' bounds depend on the bytes only. */
export class BlockWriter {
  readonly #sink: ByteSink;
  readonly #signal: AbortSignal;
  readonly #mostUnderWay: number;
  readonly #underWay: Promise<Buffer>[] = [];
  #block = Buffer.allocUnsafeSlow(blockSize);
  #used = 0;

  /** At most so many blocks wait until the sink has taken them. */
  constructor(sink: ByteSink, signal: AbortSignal, mostUnderWay: number) {
    this.#sink = sink;
    this.#signal = signal;
    this.#mostUnderWay = mostUnderWay;
  }

  /** The current block; from `used` on it is free, never none of it. Fill that from its start, then call `advance`. */
  get block(): Buffer {
    return this.#block;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes in the next bytes of the block. To be awaited where it returns a promise. */
  advance(bytes: number): Promise<void> | undefined {
    this.#used += bytes;
    return this.#used === blockSize ? this.#handOver() : undefined;
  }

  /** To be awaited where it returns a promise. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length > blockSize - this.#used) return this.#writeParts(bytes);
    this.#block.set(bytes, this.#used);
    return this.advance(bytes.length);
  }

  /** Hands over what is left and waits until the sink has taken everything. */
  async flush(): Promise<void> {
    if (this.#used > 0) await this.#handOver();
    await Promise.all(this.#underWay);
  }

  async #writeParts(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + blockSize - this.#used);
      this.#block.set(part, this.#used);
      done += part.length;
      await this.advance(part.length);
    }
  }

  async #handOver(): Promise<void> {
    this.#signal.throwIfAborted();
    const block = this.#block;
    const written = this.#sink.write(block.subarray(0, this.#used)).then(() => block);
    written.catch(() => {});
    this.#underWay.push(written);
    this.#used = 0;
    if (this.#underWay.length < this.#mostUnderWay) this.#block = Buffer.allocUnsafeSlow(blockSize);
    else this.#block = (await this.#underWay.shift()) as Buffer<ArrayBuffer>;
    // Files are read synchronously: let the pipe, the signals and the timers have their turn.
    await eventLoopTurn();
  }
}
