import type { Path, SourceDocument } from './source-document.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What becomes of the variables in a text: replaced, unset ones by nothing; only those that are set; or none. */
export type Expansion = 'all' | 'set' | 'none';

/** `$NAME` and `${NAME}`, as Go's os.Expand finds them, which nfpm calls; `${` and `${}` are eaten. */
const variable = /\$(?:\{([*#$@!?0-9-])\}|\{([^}]*)\}|(\{)|([*#$@!?0-9-])|([A-Za-z0-9_]+))/g;

/** Replaces the variables in a text; `unset` names those that the environment lacks. */
export function expandVariables(
  text: string,
  environment: Environment,
  expansion: Expansion,
): { text: string; unset: string[] } {
  if (expansion === 'none' || !text.includes('$')) return { text, unset: [] };
  const unset: string[] = [];
  const expanded = text.replace(variable, (whole, special, braced, open, sign, plain) => {
    const name: string = special ?? braced ?? sign ?? plain ?? '';
    const value = name === '' ? undefined : environment[name];
    if (value !== undefined) return value;
    if (expansion === 'set') return whole;
    if (open === undefined && name !== '') unset.push(name);
    return '';
  });
  return { text: expanded, unset };
}

/** A document with the variables in all its texts replaced, and a line for every one that is not set. */
export function expandDocument(
  source: SourceDocument,
  environment: Environment,
  expansionAt: (path: Path) => Expansion,
): { source: SourceDocument; unset: string[] } {
  const lines: string[] = [];
  const expand = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const { text, unset } = expandVariables(value, environment, expansionAt(path));
      for (const name of unset) lines.push(`${source.place(path)}: \${${name}} is not set; it is left empty`);
      return text;
    }
    if (Array.isArray(value)) return value.map((item, i) => expand(item, [...path, i]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expand(item, [...path, key])]),
    );
  };
  return { source: { ...source, value: expand(source.value, []) }, unset: lines };
}
