export const expectedStatus = 'expected an HTTP status such as 200, a range such as 200-399, or 2xx';

/** Reads `200`, `"200-399"` or `"2xx"` into a range of HTTP status codes, both ends included; null for anything else. */
export function parseStatus(value: number | string): readonly [number, number] | null {
  const text = String(value);
  const group = /^([1-5])xx$/i.exec(text);
  if (group !== null) return [Number(group[1]) * 100, Number(group[1]) * 100 + 99];
  const range = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(text);
  if (range === null) return null;
  const from = Number(range[1]);
  const to = Number(range[2] ?? range[1]);
  return from <= to ? [from, to] : null;
}
