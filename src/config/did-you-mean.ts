import { closest, distance } from 'fastest-levenshtein';

/** The word of `known` that `given` is most likely a misspelling of, or null. */
export function likelyMeant(given: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const word = closest(given.toLowerCase(), known);
  const different = distance(given.toLowerCase(), word.toLowerCase());
  if (different <= Math.max(1, Math.floor(word.length * 0.4))) return word;
  return known.find((one) => given.length >= 3 && one.toLowerCase().startsWith(given.toLowerCase())) ?? null;
}

/** `did you mean "x"?`, or what there is to choose from. */
export function proposal(given: unknown, known: readonly string[]): string {
  const meant = typeof given === 'string' ? likelyMeant(given, known) : null;
  if (meant !== null) return `did you mean "${meant}"?`;
  return `expected ${known.length > 1 ? 'one of ' : ''}${known.map((word) => `"${word}"`).join(', ')}`;
}
