import { compareVersions } from '../package/compare-versions.ts';

interface Bound {
  /** The package, with its architecture where one is named. */
  name: string;
  /** Null: any version will do. */
  operator: '=' | '>=' | '>>' | null;
  version: string;
}

/**
 * The relations of a Depends field, each said once, in the order in which they came. Of two lower bounds for one package
 * the stricter one stays, at the place of the first. Alternatives and upper bounds stay as they are.
 */
export function mergeRelations(relations: readonly string[]): string[] {
  const merged: { text: string; bound: Bound | null }[] = [];
  for (const text of relations) {
    const bound = readBound(text);
    const same = merged.find((other) =>
      bound === null
        ? spaced(other.text) === spaced(text)
        : other.bound?.name === bound.name && stricter(other.bound, bound) !== null,
    );
    if (same === undefined) merged.push({ text, bound });
    else if (bound !== null && same.bound !== null && stricter(same.bound, bound) === bound) {
      same.text = text;
      same.bound = bound;
    }
  }
  return merged.map(({ text }) => text);
}

/** Null for what has alternatives or an upper bound. */
function readBound(text: string): Bound | null {
  const match =
    /^\s*(?<name>[^\s:(|]+(?::[^\s(|]+)?)\s*(?:\(\s*(?<operator>=|>=|>>)\s*(?<version>[^\s)]+)\s*\)\s*)?$/.exec(
      text,
    );
  const { name, operator, version = '' } = match?.groups ?? {};
  return name === undefined ? null : { name, operator: (operator ?? null) as Bound['operator'], version };
}

/** The one that implies the other, the first where they mean the same; null where both have to be said. */
function stricter(a: Bound, b: Bound): Bound | null {
  if (implies(a, b)) return a;
  return implies(b, a) ? b : null;
}

function implies(strict: Bound, loose: Bound): boolean {
  if (loose.operator === null) return true;
  if (strict.operator === null) return false;
  const order = compareVersions(strict.version, loose.version);
  if (loose.operator === '=') return strict.operator === '=' && order === 0;
  if (loose.operator === '>>' && strict.operator !== '>>') return order > 0;
  return order >= 0;
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
