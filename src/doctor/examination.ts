import { z } from 'zod';

const level = z.enum(['ok', 'warn', 'fail']);
export type Level = z.infer<typeof level>;

const finding = z.object({
  /** What was looked at: a word. */
  check: z.string(),
  result: level,
  says: z.string(),
  /** What to do about it. */
  do: z.string().nullable(),
});

/** What a runtime's doctor prints with --json. */
export const findings = z.object({ name: z.string(), result: level, checks: z.array(finding) });

export type Finding = z.infer<typeof finding>;

/** The findings on one subject. */
export interface Section {
  /** For people: "hello 1.1.0", "the handoff vip". */
  about: string;
  result: Level;
  checks: readonly Finding[];
}

/** What a host was found to be. */
export interface Examination {
  /** "this machine", or its address. */
  host: string;
  /** Its distribution, kernel and architecture. */
  system: string;
  result: Level;
  sections: readonly Section[];
}

/** The worst of them; ok where there are none. */
export function worst(levels: readonly Level[]): Level {
  return (['fail', 'warn'] as const).find((one) => levels.includes(one)) ?? 'ok';
}
