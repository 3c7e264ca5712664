import type { FileHandle } from 'node:fs/promises';
import { arMagic, encodeArHeader } from './ar-header.ts';
import { bytesOf, type Part, sizeOf } from './part.ts';
import { writeWhole } from './write-whole.ts';

export interface ArContent {
  name: string;
  content: readonly Part[];
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
    const size = sizeOf(content);
    await append(encodeArHeader({ name, size }, mtimeSeconds));
    for await (const block of bytesOf(content)) await append(block);
    if (size % 2 === 1) await append(Buffer.from('\n'));
  }
  return position;
}
