const unitsInMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const pattern = /^(\d{1,9})(ms|s|m|h)$/;

/** Nothing in a handoff waits longer than a day. */
export const longestDuration = 24 * unitsInMs.h;

export const expectedDuration = 'expected a duration of at most 24h such as 500ms, 30s, 2m or 1h';

/** Reads `500ms`, `30s`, `2m`, `1h` into milliseconds; null for anything else and for more than a day. */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * unitsInMs[match[2] as keyof typeof unitsInMs];
  return ms <= longestDuration ? ms : null;
}

/** Writes milliseconds in the largest unit that holds them exactly; `parseDuration` reads it back. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const unit of ['h', 'm', 's'] as const) {
    if (ms % unitsInMs[unit] === 0) return `${ms / unitsInMs[unit]}${unit}`;
  }
  return `${ms}ms`;
}
