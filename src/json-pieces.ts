import { printableJson } from './printable.ts';

/**
 * An object as one line of JSON, its arrays and what they hold a piece at a time: the whole may be longer than a
 * string can be. Safe to look at.
 */
export function* jsonPieces(value: object): Generator<string> {
  let before = '{';
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    yield `${before}${printableJson(key)}:`;
    before = ',';
    if (Array.isArray(part)) yield* arrayPieces(part);
    else if (part !== null && typeof part === 'object' && !(part instanceof Date)) yield* jsonPieces(part);
    else yield printableJson(part);
  }
  yield before === '{' ? '{}' : '}';
}

function* arrayPieces(values: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const value of values) {
    yield before + printableJson(value);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
