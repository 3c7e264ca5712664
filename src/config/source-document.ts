import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { BadInput } from '../bad-input.ts';

export type Path = readonly (string | number)[];

/** A YAML or JSON file that was read, with the place of every value in it. */
export interface SourceDocument {
  /** As the user named it. */
  file: string;
  /** The whole of it as plain data. */
  value: unknown;
  /** `file:line:column` of the value at `path`, or of its key; of the nearest parent where there is none. */
  place(path: Path, what?: 'key' | 'value'): string;
}

/** Paths whose numbers and booleans are kept as they are spelt: `version: 1.10` is not 1.1. */
export type SpeltOut = (path: Path) => boolean;

/**
 * Reads YAML, one document of it. Throws BadInput with the place of the first syntax error, or of a second document, which
 * `instead` says what to do about.
 */
export function readYaml(
  file: string,
  text: string,
  speltOut: SpeltOut,
  instead = 'expected one document',
): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  // What comes after the first mostly comes from it.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const { code, pos, message } = fault;
    const what = code === 'MULTIPLE_DOCS' ? `a second document begins here; ${instead}` : message;
    throw new BadInput(`${file}:${lineAndColumn(lines, pos[0])}: ${what}`);
  }
  refuseWhatIsNoTree(document, (node, message) => {
    throw new BadInput(`${file}:${lineAndColumn(lines, startOf(node) ?? 0)}: ${message}`);
  });
  keepSpelling(document.contents, [], speltOut);
  return sourceDocument(file, document, lines, () => document.toJS({ maxAliasCount: 100 }));
}

/** Reads JSON. Throws BadInput with the place of the first syntax error. */
export function readJson(file: string, text: string, speltOut: SpeltOut): SourceDocument {
  const lines = new LineCounter();
  const json = text.replace(/^\uFEFF/, '');
  // JSON is YAML: this parse knows where things are, the next one what is JSON.
  const document = parseDocument(json, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  try {
    JSON.parse(json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const offset = position === undefined ? json.length : Number(position);
    throw new BadInput(`${file}:${lineAndColumn(lines, offset)}: not valid JSON: ${message}`);
  }
  keepSpelling(document.contents, [], speltOut);
  return sourceDocument(file, document, lines, () => document.toJS());
}

function sourceDocument(
  file: string,
  document: Document,
  lines: LineCounter,
  toPlain: () => unknown,
): SourceDocument {
  let value: unknown;
  try {
    value = toPlain();
  } catch (error) {
    throw new BadInput(`${file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    file,
    value,
    place: (path, what = 'value') => `${file}:${lineAndColumn(lines, offsetOf(document, path, what))}`,
  };
}

function lineAndColumn(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
}

/** A part of a document, seen as one of its own: `mkdeb` in package.json. */
export function partOf(document: SourceDocument, key: string): SourceDocument {
  const whole = document.value as Readonly<Record<string, unknown>>;
  return {
    file: document.file,
    value: whole[key],
    place: (path, what) => document.place([key, ...path], path.length === 0 ? 'key' : what),
  };
}

function offsetOf(document: Document, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      offset = last && what === 'value' ? (startOf(pair.value) ?? keyOffset) : keyOffset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** YAML can say more than plain data holds: a map as a key, as `{{name}}` is one, and what is a part of itself. */
function refuseWhatIsNoTree(document: Document, refuse: (node: unknown, message: string) => never): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (isMap(key) || isSeq(key)) refuse(key, 'a key has to be a text; quote it');
    },
    Alias: (_, alias, parents) => {
      const target = alias.resolve(document);
      if (target !== undefined && parents.includes(target as Node)) {
        refuse(alias, `"*${alias.source}" stands within what it names`);
      }
    },
  });
}

function keepSpelling(node: unknown, path: Path, speltOut: SpeltOut): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      keepSpelling(value, [...path, String(isScalar(key) ? key.value : key)], speltOut);
    }
  } else if (isSeq(node)) {
    for (const [i, item] of node.items.entries()) keepSpelling(item, [...path, i], speltOut);
  } else if (isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'boolean')) {
    if (node.source !== undefined && speltOut(path)) node.value = node.source;
  }
}

/** The value at a path of a document, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

/** The text at a path of a document, null where there is none, or something else. */
export function textAt(source: SourceDocument | null, path: Path): string | null {
  const value = valueAt(source?.value, path);
  return typeof value === 'string' ? value : null;
}
