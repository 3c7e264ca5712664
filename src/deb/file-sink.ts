import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from './byte-sink.ts';

/** Writes to a file as it is, from the start. */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  #position = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(block: Buffer): Promise<void> {
    const position = this.#position;
    this.#position += block.length;
    const before = this.#last;
    this.#last = (async () => {
      await before;
      await writeWhole(this.#file, block, position);
    })();
    this.#last.catch(() => {});
    return this.#last;
  }

  end(): Promise<void> {
    return this.#last;
  }

  async abort(): Promise<void> {
    await this.#last.catch(() => {});
  }
}

/** The kernel may take less than it is given. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
