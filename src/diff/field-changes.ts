import { splitRelations } from '../config/relation.ts';
import type { ControlFields } from '../package/package.ts';

export interface FieldChange {
  field: string;
  /** Null where the package has no such field. */
  old: string | null;
  new: string | null;
  /** Of a field that lists relations: what went and what came. */
  removed?: readonly string[];
  added?: readonly string[];
}

const relationFields: ReadonlySet<string> = new Set([
  'pre-depends',
  'depends',
  'recommends',
  'suggests',
  'enhances',
  'breaks',
  'conflicts',
  'replaces',
  'provides',
]);

/** The fields that differ, in the new package's order; names in any case, as deb822(5) has them. */
export function fieldChanges(old: ControlFields, next: ControlFields): FieldChange[] {
  const before = byName(old);
  const after = byName(next);
  const names = new Map([...after, ...before].map(([name, { field }]) => [name, field]));
  return [...names].flatMap(([name, field]) => {
    const one = before.get(name)?.value ?? null;
    const other = after.get(name)?.value ?? null;
    if (!relationFields.has(name)) return one === other ? [] : [{ field, old: one, new: other }];
    const [were, are] = [new Set(relations(one)), new Set(relations(other))];
    const removed = [...were].filter((relation) => !are.has(relation));
    const added = [...are].filter((relation) => !were.has(relation));
    if (removed.length === 0 && added.length === 0) return [];
    return [{ field, old: one, new: other, removed, added }];
  });
}

/** `a (>= 1),  b  |  c` → `a (>= 1)`, `b | c` */
export function relations(value: string | null | undefined): string[] {
  return splitRelations(value ?? '').map((relation) => relation.replaceAll(/\s+/g, ' '));
}

function byName(fields: ControlFields): Map<string, { field: string; value: string }> {
  return new Map(fields.map(([field, value]) => [field.toLowerCase(), { field, value }]));
}
