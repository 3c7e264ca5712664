import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import { BadInput } from '../bad-input.ts';
import type { Path, SourceDocument } from './source-document.ts';

/** A key and its value, with where both are. */
interface Placed {
  path: Path;
  key: AST.Position;
  value: AST.Position;
}

/** Reads TOML 1.0. Throws BadInput with the place of the first syntax error. */
export function readToml(file: string, text: string): SourceDocument {
  const program = parsed(file, text.replace(/^\uFEFF/, ''));
  const all = [...placedIn(program)];
  return {
    file,
    value: getStaticTOMLValue(program),
    place(path, what = 'value') {
      for (let length = path.length; length > 0; length--) {
        const found = all.find((one) => isSame(one.path, path.slice(0, length)));
        if (found === undefined) continue;
        return at(file, what === 'key' && length === path.length ? found.key : found.value);
      }
      return `${file}:1:1`;
    },
  };
}

function parsed(file: string, text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new BadInput(
      `${at(file, { line: error.lineNumber, column: error.column })}: not valid TOML: ${error.message}`,
    );
  }
}

function* placedIn(program: AST.TOMLProgram): Generator<Placed> {
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') yield* inPair(node, []);
    else {
      yield { path: node.resolvedKey, key: node.loc.start, value: node.loc.start };
      for (const pair of node.body) yield* inPair(pair, node.resolvedKey);
    }
  }
}

function* inPair(pair: AST.TOMLKeyValue, table: Path): Generator<Placed> {
  const path = [...table, ...getStaticTOMLValue(pair.key)];
  // A dotted key also makes the tables that it goes through.
  for (let length = table.length + 1; length <= path.length; length++)
    yield { path: path.slice(0, length), key: pair.key.loc.start, value: pair.value.loc.start };
  yield* inValue(pair.value, path);
}

function* inValue(value: AST.TOMLContentNode, path: Path): Generator<Placed> {
  if (value.type === 'TOMLInlineTable') for (const pair of value.body) yield* inPair(pair, path);
  if (value.type !== 'TOMLArray') return;
  for (const [i, element] of value.elements.entries()) {
    yield { path: [...path, i], key: element.loc.start, value: element.loc.start };
    yield* inValue(element, [...path, i]);
  }
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}

function at(file: string, { line, column }: AST.Position): string {
  return `${file}:${line}:${column + 1}`;
}
