import type { FileHandle } from 'node:fs/promises';

/** Some bytes of an archive member: made here, or lying in an open file. */
export type Part = Buffer | FileRange;

export interface FileRange {
  file: FileHandle;
  /** In bytes, as the size. */
  offset: number;
  size: number;
}

/** In bytes. */
export function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part.size), 0);
}

const blockSize = 1 << 20;

/** The bytes of all parts in their order. Each block is good until the next is asked for. */
export async function* bytesOf(parts: readonly Part[]): AsyncGenerator<Buffer> {
  let block: Buffer | undefined;
  for (const part of parts) {
    if (Buffer.isBuffer(part)) {
      yield part;
      continue;
    }
    block ??= Buffer.allocUnsafeSlow(blockSize);
    for (let done = 0; done < part.size; ) {
      const wanted = Math.min(blockSize, part.size - done);
      const { bytesRead } = await part.file.read(block, 0, wanted, part.offset + done);
      if (bytesRead === 0) throw new Error('an archive member became shorter while it was copied');
      done += bytesRead;
      yield block.subarray(0, bytesRead);
    }
  }
}
