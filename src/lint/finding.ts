/** error: Policy says "must", or dpkg or a host trips over it. warning: "should". info: worth knowing. */
export const lintLevels = ['error', 'warning', 'info'] as const;
export type LintLevel = (typeof lintLevels)[number];

export interface LintFinding {
  level: LintLevel;
  /** By lintian's name for it where lintian has one. */
  rule: string;
  /** The paths, fields or scripts that it is about; none: the package. */
  where: readonly string[];
  says: string;
  /** The rule's number or where it is written. */
  source: string;
  /** How to mend it. */
  mend: string;
}

/** One finding about all that a rule has found, or none. */
export function findingAbout(where: readonly string[], finding: Omit<LintFinding, 'where'>): LintFinding[] {
  return where.length === 0 ? [] : [{ ...finding, where }];
}
