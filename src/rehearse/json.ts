import type { Recording } from './recording.ts';
import type { Verdict } from './verdict.ts';

/** The whole recording with its verdict, for machines. */
export function asJson(recording: Recording, verdict: Verdict): string {
  return `${JSON.stringify({ verdict, ...recording }, null, 2)}\n`;
}
