import { BadInput } from '../bad-input.ts';
import { type DecodedTarHeader, decodeName, decodeTarHeader } from './tar-decode.ts';
import { tarBlockSize, tarPadding } from './tar-header.ts';

/** Takes a file's content, in parts. */
export interface ContentSink {
  write(part: Uint8Array): void;
  end(): void;
}

/** PATH_MAX: nothing longer can be unpacked. */
const longestName = 4096;

/**
 * Reads a tar archive from bytes that are pushed into it, as dpkg does (lib/dpkg/tarfn.c): what another reader would
 * make of it does not matter, what dpkg would unpack does. Not tar-stream, which takes PAX headers that dpkg refuses,
 * and passes over content of links and directories that dpkg takes for further headers.
 */
export class TarReader {
  readonly #visit: (header: DecodedTarHeader) => ContentSink | undefined;
  /** Throws where this many bytes of content are too many. */
  readonly #checkSize: (header: DecodedTarHeader) => void;
  readonly #block: Buffer = Buffer.alloc(tarBlockSize);
  #filled = 0;
  /** What is left of the content of the entry, and of its padding. */
  #content = 0;
  #padding = 0;
  #sink: ContentSink | undefined;
  #longName: string | null = null;
  #longTarget: string | null = null;
  #ended = false;

  constructor(
    visit: (header: DecodedTarHeader) => ContentSink | undefined,
    checkSize: (header: DecodedTarHeader) => void = () => {},
  ) {
    this.#visit = visit;
    this.#checkSize = checkSize;
  }

  /** Throws BadInput for what is broken, and whatever a visitor throws. What follows the archive's end is passed over. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#ended) {
      if (this.#content > 0) {
        const part = bytes.subarray(at, at + this.#content);
        this.#sink?.write(part);
        at += part.length;
        this.#content -= part.length;
        if (this.#content === 0) this.#sink?.end();
      } else if (this.#padding > 0) {
        const passed = Math.min(this.#padding, bytes.length - at);
        at += passed;
        this.#padding -= passed;
      } else if (this.#filled === 0 && bytes.length - at >= tarBlockSize) {
        this.#header(bytes.subarray(at, at + tarBlockSize));
        at += tarBlockSize;
      } else {
        const copied = bytes.copy(this.#block, this.#filled, at);
        at += copied;
        this.#filled += copied;
        if (this.#filled < tarBlockSize) continue;
        this.#filled = 0;
        this.#header(this.#block);
      }
    }
  }

  /** Throws BadInput where the archive was cut off. */
  end(): void {
    if (!this.#ended && (this.#filled > 0 || this.#content > 0 || this.#padding > 0)) {
      throw new BadInput('cut off: the tar archive ends within an entry');
    }
  }

  #header(block: Buffer): void {
    const header = decodeTarHeader(block);
    if (header === null) {
      this.#ended = true;
      return;
    }
    this.#checkSize(header);
    if (header.type === 'L' || header.type === 'K') {
      this.#readLongName(header);
      return;
    }
    if (header.type === 'x' || header.type === 'g') {
      throw new BadInput(
        `a PAX header (type "${header.type}"), which dpkg refuses; pack it in GNU's tar format`,
      );
    }
    const name = this.#longName ?? header.name;
    const target = this.#longTarget ?? header.target;
    this.#longName = null;
    this.#longTarget = null;
    if (name === '') throw new BadInput('broken tar archive: an entry without a name');
    const isDirectory = header.type === '0' && name.endsWith('/');
    this.#sink = this.#visit({ ...header, name, target, type: isDirectory ? '5' : header.type });
    this.#expect(header.size);
    if (header.size === 0) this.#sink?.end();
  }

  #readLongName({ type, size }: DecodedTarHeader): void {
    if (size === 0 || size > longestName) {
      throw new BadInput(`a name of ${size} bytes; a path has 1 to ${longestName - 1} of them`);
    }
    const parts: Buffer[] = [];
    this.#sink = {
      write: (part) => parts.push(Buffer.from(part)),
      end: () => {
        const name = decodeName(Buffer.concat(parts));
        if (type === 'L') this.#longName = name;
        else this.#longTarget = name;
      },
    };
    this.#expect(size);
  }

  #expect(size: number): void {
    this.#content = size;
    this.#padding = tarPadding(size);
  }
}
