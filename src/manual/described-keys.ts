/** What a person reads of a JSON schema. */

interface Schema {
  description?: string;
  type?: string | readonly string[];
  enum?: readonly string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  anyOf?: readonly Schema[];
}

export interface DescribedKey {
  /** `service.health.path`, `contents[].src`. */
  key: string;
  /** What it takes: `text`, `list of texts or text`. */
  type: string;
  required: boolean;
  says: string | null;
}

/** Every key of an object's schema, each map's own after it. */
export function describedKeys(schema: unknown): DescribedKey[] {
  return keysOf(schema as Schema, '');
}

function keysOf(schema: Schema, prefix: string): DescribedKey[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !name.startsWith('$'))
    .flatMap(([name, value]) => {
      const key = `${prefix}${name}`;
      const required = schema.required?.includes(name) ?? false;
      return [{ key, type: typeOf(value), required, says: value.description ?? null }, ...within(value, key)];
    });
}

/** The keys of the maps that a value can be, or that are in its lists; each once. */
function within(schema: Schema, key: string): DescribedKey[] {
  const found = [
    ...keysOf(schema, `${key}.`),
    ...(schema.items === undefined ? [] : within(schema.items, `${key}[]`)),
    ...(schema.anyOf ?? []).flatMap((one) => within(one, key)),
  ];
  return found.filter((one, i) => found.findIndex((other) => other.key === one.key) === i);
}

function typeOf(schema: Schema): string {
  const { anyOf, items, type } = schema;
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (items !== undefined) return `list: ${typeOf(items)}`;
  // As src/config/schema.ts writes durations.
  if (schema.pattern?.endsWith('(ms|s|m|h)$')) return 'duration';
  const types = type === undefined ? [] : typeof type === 'string' ? [type] : type;
  return types.map((one) => named(one, schema)).join(' or ');
}

function named(type: string, { minimum, maximum }: Schema): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'map';
    case 'integer':
      return minimum === undefined || maximum === undefined ? 'number' : `${minimum} to ${maximum}`;
    default:
      return type;
  }
}
