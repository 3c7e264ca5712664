import type { FileHandle } from 'node:fs/promises';
import { BlockWriter } from './block-writer.ts';
import { type Compression, compressInto } from './compression.ts';

/**
 * Compresses what `fill` writes into an empty file. Rejects with the signal's reason once it aborts; then, and on any
 * error, nothing writes to the file any more.
 */
export async function compressMember(
  file: FileHandle,
  compression: Compression,
  signal: AbortSignal,
  fill: (out: BlockWriter) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  const sink = compressInto(file, compression);
  // Writes under way then fail, which ends `fill`.
  const abort = () => void sink.abort();
  signal.addEventListener('abort', abort);
  try {
    const out = new BlockWriter(sink, signal);
    await fill(out);
    await out.end();
    await sink.end();
  } catch (error) {
    await sink.abort();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
