import type { FileHandle } from 'node:fs/promises';

/** Writes all of the bytes, in as many calls as it takes: the kernel may take less than it is given. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
