export const expectedPercentage = 'expected a percentage such as 5% or 0.5%, more than 0% and less than 100%';

/** Reads `5%` or `0.25%` into parts of a hundred, hundredths at the finest; null for anything else. */
export function parsePercentage(value: string): number | null {
  const match = /^(\d{1,2}(?:\.\d{1,2})?)%$/.exec(value);
  const share = Number(match?.[1]);
  return match !== null && share > 0 ? share : null;
}
