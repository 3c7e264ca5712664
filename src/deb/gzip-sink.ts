import type { FileHandle } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { blockSize } from './block-writer.ts';
import type { ByteSink } from './byte-sink.ts';
import { writeWhole } from './file-sink.ts';
import { type Filter, ProcessSink } from './process-sink.ts';

const gzip: Filter = { command: 'gzip', args: ['-9', '-n'], debianPackage: 'gzip' };

/** Larger members are hardly smaller (1 in 1,000 in all), and more has to wait in memory. */
const memberSize = 4 * blockSize;

interface Member {
  process: ProcessSink;
  compressed: Promise<Buffer>;
}

/**
 * Writes to a file as a row of gzip members (RFC 1952), which dpkg 1.21 reads as one, compressed side by side: as many
 * as the writer has blocks under way for. Where they are cut depends on the data alone.
 *
 * By the program, as Node's own zlib is Chromium's: at level 9 it makes archives that are 2 to 4 parts in 100 larger.
 */
export class GzipSink implements ByteSink {
  readonly #file: FileHandle;
  readonly #running = new Set<Member>();
  #member: Member | null = null;
  #memberBytes = 0;
  #position = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(block: Buffer): Promise<void> {
    const member = this.#member ?? this.#beginMember();
    const written = member.process.write(block);
    this.#memberBytes += block.length;
    if (this.#memberBytes >= memberSize) this.#endMember(member);
    return written;
  }

  async end(): Promise<void> {
    if (this.#member !== null) this.#endMember(this.#member);
    await this.#last;
  }

  async abort(): Promise<void> {
    await Promise.all([...this.#running].map(({ process }) => process.abort()));
    await this.#last.catch(() => {});
  }

  #beginMember(): Member {
    const process = new ProcessSink(gzip, 'pipe');
    // Read from the start: a program that cannot write does not read either.
    const member = { process, compressed: buffer(process.output) };
    member.compressed.catch(() => {});
    this.#running.add(member);
    this.#member = member;
    this.#memberBytes = 0;
    return member;
  }

  #endMember(member: Member): void {
    this.#member = null;
    const ended = member.process.end();
    ended.catch(() => {});
    const before = this.#last;
    this.#last = (async () => {
      await ended;
      const bytes = await member.compressed;
      this.#running.delete(member);
      await before;
      const position = this.#position;
      this.#position += bytes.length;
      await writeWhole(this.#file, bytes, position);
    })();
    this.#last.catch(() => {});
  }
}
