/** A head longer than this is no answer of ours. */
const maxHead = 64 * 1024;
/** How much of a body is kept to be looked at. */
const maxKept = 64 * 1024;

type Body = 'length' | 'chunked' | 'until-close';

/**
 * Reads one HTTP/1.1 response to a GET from the bytes of a connection (RFC 9112), and knows at any moment whether
 * the whole of it has come. Strict where a lenient reader could take half an answer for a whole one.
 */
export class ResponseParser {
  /** 0 until the status line is read. */
  status = 0;
  complete = false;
  /** What is wrong with the bytes; null as long as nothing is. */
  malformed: string | null = null;
  /** Does the connection end with this response? */
  closes = false;
  bodyBytes = 0;
  /** All bytes, the head's included. */
  bytes = 0;
  /** The beginning of the body as latin1, where `keepBody`. */
  body = '';
  readonly #keepBody: boolean;
  #headers: ReadonlyMap<string, string> = new Map();
  /** Bytes not yet read: a part of a head, of a chunk's size line, or of a trailer. */
  #pending = '';
  #state: 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' = 'head';
  #framing: Body = 'until-close';
  #left = 0;

  constructor(keepBody: boolean) {
    this.#keepBody = keepBody;
  }

  /** Nothing but the end of the connection tells where it ends (RFC 9112, 6.3). */
  get endsWithConnection(): boolean {
    return this.#framing === 'until-close' && this.status !== 204 && this.status !== 304;
  }

  /** Names in lower case. */
  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  feed(chunk: Buffer): void {
    this.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length && this.malformed === null) {
      if (this.complete) {
        this.malformed = `${chunk.length - at} bytes after the end of the answer`;
      } else if (this.#state === 'body' || this.#state === 'chunk') {
        at = this.#take(chunk, at);
      } else {
        at = this.#line(chunk, at);
      }
    }
  }

  /** The server has closed its side: true where that is how this response ends. */
  end(): boolean {
    if (this.#state === 'body' && this.#framing === 'until-close') this.complete = true;
    return this.complete;
  }

  #take(chunk: Buffer, at: number): number {
    const end = this.#framing === 'until-close' ? chunk.length : Math.min(chunk.length, at + this.#left);
    if (this.#keepBody && this.body.length < maxKept) {
      this.body += chunk.toString('latin1', at, Math.min(end, at + maxKept - this.body.length));
    }
    this.bodyBytes += end - at;
    this.#left -= end - at;
    if (this.#framing !== 'until-close' && this.#left === 0) {
      if (this.#state === 'body') this.complete = true;
      else this.#state = 'chunk-end';
    }
    return end;
  }

  /** Reads up to the next end of a line, or of the head. */
  #line(chunk: Buffer, at: number): number {
    const start = this.#pending.length;
    this.#pending += chunk.toString('latin1', at);
    const mark = this.#state === 'head' ? '\r\n\r\n' : '\r\n';
    const found = this.#pending.indexOf(mark, Math.max(0, start - mark.length + 1));
    if (found < 0) {
      if (this.#pending.length > maxHead) this.malformed = 'a head without end';
      return chunk.length;
    }
    const line = this.#pending.slice(0, found);
    const next = at + found + mark.length - start;
    this.#pending = '';
    if (this.#state === 'head') this.#head(line);
    else if (this.#state === 'chunk-size') this.#chunkSize(line);
    else if (this.#state === 'trailer') this.complete = line === '';
    else if (line === '') this.#state = 'chunk-size';
    else this.malformed = 'a chunk longer than its size';
    return next;
  }

  #head(text: string): void {
    const [statusLine = '', ...lines] = text.split('\r\n');
    const match = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine);
    if (match === null) {
      this.malformed = `not a status line: ${JSON.stringify(statusLine.slice(0, 60))}`;
      return;
    }
    const status = Number(match[2]);
    // Interim responses come before the one that counts (RFC 9110, 15.2).
    if (status >= 100 && status < 200) return;
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon <= 0) {
        this.malformed = `not a header: ${JSON.stringify(line.slice(0, 60))}`;
        return;
      }
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    this.status = status;
    this.#headers = headers;
    const connection = (headers.get('connection') ?? '').toLowerCase();
    this.closes = match[1] === '0' ? !connection.includes('keep-alive') : connection.includes('close');
    this.#frame(headers);
  }

  /** How long the body is (RFC 9112, 6.3). */
  #frame(headers: ReadonlyMap<string, string>): void {
    const length = headers.get('content-length');
    this.#state = 'body';
    if (this.status === 204 || this.status === 304) {
      this.complete = true;
    } else if (headers.has('transfer-encoding')) {
      this.#framing = 'chunked';
      this.#state = 'chunk-size';
    } else if (length !== undefined) {
      if (!/^\d+$/.test(length)) this.malformed = `not a length: ${JSON.stringify(length)}`;
      this.#framing = 'length';
      this.#left = Number(length);
      this.complete = this.#left === 0;
    } else {
      this.closes = true;
    }
  }

  #chunkSize(line: string): void {
    const match = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i.exec(line);
    if (match === null) {
      this.malformed = `not a chunk's size: ${JSON.stringify(line.slice(0, 60))}`;
      return;
    }
    this.#left = Number.parseInt(match[1] as string, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'chunk';
  }
}
