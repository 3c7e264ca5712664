import type { AnswerSpec, LossKind } from './load-spec.ts';
import type { ResponseParser } from './response-parser.ts';

/** What became of a request. */
export type Outcome = { ok: true; version: string } | { ok: false; loss: LossKind; detail: string };

/** An answer's version where it names none. */
export const unknownVersion = 'unknown';

/** What a good answer is, made ready to be asked thousands of times a second. */
export class ExpectedAnswer {
  readonly keepsBody: boolean;
  readonly #status: number;
  readonly #body: RegExp | null;
  readonly #versionHeader: string;
  readonly #versionInBody: RegExp | null;
  readonly #bytes: number | null;

  constructor(spec: AnswerSpec, bytes: number | null) {
    this.#status = spec.status ?? 200;
    this.#body = spec.body === undefined ? null : new RegExp(spec.body);
    this.#versionHeader = (spec.versionHeader ?? 'x-version').toLowerCase();
    this.#versionInBody = spec.versionInBody === undefined ? null : new RegExp(spec.versionInBody);
    this.#bytes = bytes;
    this.keepsBody = this.#body !== null || this.#versionInBody !== null;
  }

  /** Judges a response that has come whole, or that is no HTTP. */
  judge(response: ResponseParser): Outcome {
    if (response.malformed !== null) return wrong(response.malformed);
    if (response.status >= 500)
      return { ok: false, loss: 'server-error', detail: `status ${response.status}` };
    if (response.status !== this.#status) return wrong(`status ${response.status}`);
    if (this.#bytes !== null && response.bodyBytes !== this.#bytes) {
      return wrong(`${response.bodyBytes} bytes in place of ${this.#bytes}`);
    }
    if (this.#body !== null && !this.#body.test(response.body)) {
      return wrong(`body ${JSON.stringify(response.body.slice(0, 100))}`);
    }
    return { ok: true, version: this.#version(response) };
  }

  #version(response: ResponseParser): string {
    if (this.#versionInBody === null) return response.header(this.#versionHeader) ?? unknownVersion;
    return this.#versionInBody.exec(response.body)?.[1] ?? unknownVersion;
  }
}

function wrong(detail: string): Outcome {
  return { ok: false, loss: 'wrong-answer', detail };
}
