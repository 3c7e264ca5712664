import { archiveFindings } from './archive-rules.ts';
import { checksumFindings } from './checksum-rules.ts';
import { conffileFindings } from './conffile-rules.ts';
import { documentationFindings } from './documentation-rules.ts';
import { fieldFindings } from './field-rules.ts';
import type { LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';
import { permissionFindings } from './permission-rules.ts';
import { placeFindings } from './place-rules.ts';
import { scriptFindings } from './script-rules.ts';
import { serviceFindings } from './service-rules.ts';
import { timeFindings } from './time-rules.ts';

/** All that mkdeb itself knows to be wrong with a package. */
export function lintPackage(pkg: LintedPackage): LintFinding[] {
  return [
    ...fieldFindings(pkg),
    ...placeFindings(pkg),
    ...archiveFindings(pkg),
    ...permissionFindings(pkg),
    ...documentationFindings(pkg),
    ...conffileFindings(pkg),
    ...checksumFindings(pkg),
    ...scriptFindings(pkg),
    ...serviceFindings(pkg),
    ...timeFindings(pkg),
  ];
}
