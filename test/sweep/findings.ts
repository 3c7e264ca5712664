/** What a sweep has found, moment by moment, told as it goes and whole at the end. */
export class Findings {
  readonly #all: string[] = [];
  readonly #title: string;

  constructor(title: string) {
    this.#title = title;
  }

  add(moment: string, where: string, found: readonly string[]): void {
    const verdict = found.length === 0 ? 'ok' : found.map((line) => `\n    ${line}`).join('');
    console.log(`${this.#title}, ${moment}: ${verdict} (${where})`);
    this.#all.push(...found.map((line) => `${this.#title}, ${moment}: ${line}`));
  }

  expectNone(): void {
    if (this.#all.length > 0) throw new Error(`${this.#all.length} findings:\n${this.#all.join('\n')}`);
  }
}
