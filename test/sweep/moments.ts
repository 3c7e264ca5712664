/**
 * Moments between `from` and `to`, in the order of time: one at random in each of `count` equal parts, so that few
 * cover the whole as many do. The same seed gives the same moments.
 */
export function moments(seed: number, count: number, from: number, to: number): number[] {
  const random = randomNumbers(seed);
  const part = (to - from) / count;
  return Array.from({ length: count }, (_, i) => Math.round(from + (i + random()) * part));
}

/** Numbers from 0 to 1, the same ones for the same seed (the mulberry32 generator). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
