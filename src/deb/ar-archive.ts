import type { FileHandle } from 'node:fs/promises';
import { arMagic, encodeArHeader } from './ar-header.ts';
import { blockSize } from './block-writer.ts';
import { writeWhole } from './file-sink.ts';

export interface ArContent {
  name: string;
  /** All of it. */
  content: Buffer | FileHandle;
}

/** Writes an ar archive into an empty file and returns its size in bytes. Rejects once the signal aborts. */
export async function writeArArchive(
  archive: FileHandle,
  members: readonly ArContent[],
  mtimeSeconds: number,
  signal: AbortSignal,
): Promise<number> {
  let position = 0;
  const append = async (bytes: Uint8Array) => {
    signal.throwIfAborted();
    await writeWhole(archive, bytes, position);
    position += bytes.length;
  };
  await append(Buffer.from(arMagic));
  for (const { name, content } of members) {
    const size = Buffer.isBuffer(content) ? content.length : (await content.stat()).size;
    await append(encodeArHeader({ name, size }, mtimeSeconds));
    if (Buffer.isBuffer(content)) await append(content);
    else for await (const block of blocksOf(content, size)) await append(block);
    if (size % 2 === 1) await append(Buffer.from('\n'));
  }
  return position;
}

/** Each block is good until the next is asked for. */
async function* blocksOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafe(blockSize);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(block, 0, blockSize, done);
    if (bytesRead === 0) throw new Error('an archive member became shorter while it was copied');
    done += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
