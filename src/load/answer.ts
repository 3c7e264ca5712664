import type { AnswerSpec, LossKind } from './load-spec.ts';

/** A response that has come whole, or whatever it is that has come in its place. */
export interface Response {
  /** Why it is none; null: it is one. */
  readonly malformed: string | null;
  readonly status: number;
  readonly bodyBytes: number;
  /** Nothing but the end of the connection tells where it ends. */
  readonly endsWithConnection: boolean;
  /** Its beginning as latin1, where the expected answer says that it `keepsBody`. */
  readonly body: string;
  /** Names in lower case. */
  header(name: string): string | undefined;
}

/** What became of a request. */
export type Outcome = { ok: true; version: string } | { ok: false; loss: LossKind; detail: string };

/** An answer's version where it names none. */
export const unknownVersion = 'unknown';

/** How many bytes a body has: so many, as many as the answer itself tells, or whatever comes. */
export type Size = number | 'told' | 'any';

/** What a good answer is, made ready to be asked thousands of times a second. */
export class ExpectedAnswer {
  readonly keepsBody: boolean;
  readonly #status: number;
  readonly #body: RegExp | null;
  readonly #versionHeader: string;
  readonly #versionInBody: RegExp | null;
  readonly #size: Size;

  constructor(spec: AnswerSpec, size: Size) {
    this.#status = spec.status ?? 200;
    this.#body = spec.body === undefined ? null : new RegExp(spec.body);
    this.#versionHeader = (spec.versionHeader ?? 'x-version').toLowerCase();
    this.#versionInBody = spec.versionInBody === undefined ? null : new RegExp(spec.versionInBody);
    this.#size = size;
    this.keepsBody = this.#body !== null || this.#versionInBody !== null;
  }

  judge(response: Response): Outcome {
    if (response.malformed !== null) return wrong(response.malformed);
    if (response.status >= 500)
      return { ok: false, loss: 'server-error', detail: `status ${response.status}` };
    if (response.status !== this.#status) return wrong(`status ${response.status}`);
    if (typeof this.#size === 'number' && response.bodyBytes !== this.#size)
      return wrong(`${response.bodyBytes} bytes in place of ${this.#size}`);
    if (this.#size === 'told' && response.endsWithConnection)
      return wrong(`${response.bodyBytes} bytes, which may be all or a part of it`);
    if (this.#body !== null && !this.#body.test(response.body)) {
      return wrong(`body ${JSON.stringify(response.body.slice(0, 100))}`);
    }
    return { ok: true, version: this.#version(response) };
  }

  #version(response: Response): string {
    if (this.#versionInBody === null) return response.header(this.#versionHeader) ?? unknownVersion;
    return this.#versionInBody.exec(response.body)?.[1] ?? unknownVersion;
  }
}

function wrong(detail: string): Outcome {
  return { ok: false, loss: 'wrong-answer', detail };
}
