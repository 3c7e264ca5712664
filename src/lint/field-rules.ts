import { debianArchitectures } from '../config/architecture.ts';
import { synopsisFaults } from '../config/description.ts';
import { packageName } from '../config/package-name.ts';
import { type RelationField, relationFields, relationMistake } from '../config/relation.ts';
import { relations } from '../diff/field-changes.ts';
import { debianVersionMistake } from '../package/debian-version.ts';
import type { LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What is wrong with the control fields (Policy 5). */
export function fieldFindings(pkg: LintedPackage): LintFinding[] {
  return [
    ...missingFields(pkg),
    ...repeatedFields(pkg),
    ...valueMistakes(pkg),
    ...relationMistakes(pkg),
    ...descriptionMistakes(pkg),
    ...sizeMistakes(pkg),
  ];
}

function missingFields({ fields }: LintedPackage): LintFinding[] {
  const finding = (field: string, level: 'error' | 'warning', source: string): LintFinding[] =>
    (fields.get(field.toLowerCase()) ?? '').trim() !== ''
      ? []
      : [
          {
            level,
            rule: level === 'error' ? 'required-field' : 'recommended-field',
            where: [field],
            says: `there is no field ${field}`,
            source,
            mend: `give the package the field ${field}`,
          },
        ];
  return [
    ...['Package', 'Version', 'Architecture', 'Maintainer', 'Description'].flatMap((field) =>
      finding(field, 'error', 'Policy 5.3'),
    ),
    ...finding('Section', 'warning', 'Policy 5.3, 2.4'),
    ...finding('Priority', 'warning', 'Policy 5.3, 2.5'),
  ];
}

function repeatedFields({ deb }: LintedPackage): LintFinding[] {
  const seen = new Set<string>();
  const repeated = deb.control.flatMap(([field]) => {
    const name = field.toLowerCase();
    const again = seen.has(name);
    seen.add(name);
    return again ? [field] : [];
  });
  return repeated.map((field) => ({
    level: 'error',
    rule: 'duplicate-field',
    where: [field],
    says: `the field ${field} is there more than once; dpkg refuses the package`,
    source: 'Policy 5.1',
    mend: `keep one ${field}`,
  }));
}

const priorities = ['required', 'important', 'standard', 'optional', 'extra'];

function valueMistakes({ fields }: LintedPackage): LintFinding[] {
  const of = (
    field: string,
    rule: string,
    source: string,
    mistake: (value: string) => string | null,
    mend: string,
  ): LintFinding[] => {
    const value = fields.get(field.toLowerCase()) ?? '';
    const says = value.trim() === '' ? null : mistake(value);
    if (says === null) return [];
    return [
      {
        level: 'error',
        rule,
        where: [field],
        says: `${field}: ${value.slice(0, 200)}: ${says}`,
        source,
        mend,
      },
    ];
  };
  const oneOf = (known: readonly string[]) => (value: string) =>
    known.includes(value) ? null : `expected one of ${known.join(', ')}`;
  return [
    ...of(
      'Package',
      'bad-package-name',
      'Policy 5.6.1',
      (value) => (packageName.test(value) ? null : 'lower-case letters, digits and + - . only, at least two'),
      'rename the package',
    ),
    ...of(
      'Version',
      'bad-version-number',
      'Policy 5.6.12',
      debianVersionMistake,
      'give it a version such as 1.2.3-1',
    ),
    ...of(
      'Architecture',
      'unknown-architecture',
      'Policy 5.6.8',
      oneOf(debianArchitectures),
      'name one that dpkg --print-architecture knows, or all',
    ),
    ...of(
      'Maintainer',
      'malformed-contact',
      'Policy 5.6.2',
      (value) =>
        /^[^<>\n]+ <[^<>\s@]+@[^<>\s@]+>$/.test(value) && !/^\s/.test(value)
          ? null
          : 'expected "Name <address>"',
      'write it as "Ada Lovelace <ada@example.org>"',
    ),
    ...of('Priority', 'unknown-priority', 'Policy 2.5', oneOf(priorities), 'write "optional"'),
    ...of(
      'Multi-Arch',
      'unknown-multi-arch-value',
      'deb-control(5)',
      oneOf(['no', 'same', 'foreign', 'allowed']),
      'leave it out, or write "foreign" where other architectures can use it',
    ),
    ...of(
      'Essential',
      'essential',
      'Policy 3.8',
      (value) => (value === 'yes' ? 'a host can’t do without it, and apt never removes it' : null),
      'leave it out',
    ),
  ];
}

/** Pre-Depends → predepends */
function relationName(field: string): RelationField | null {
  const name = field.toLowerCase().replace('-', '') as RelationField;
  return relationFields.includes(name) ? name : null;
}

/** A relation is shorter, in characters; and so many mistakes of this kind are told. */
const longestRelation = 500;
const mostRelationMistakes = 50;

function relationMistakes({ deb }: LintedPackage): LintFinding[] {
  const findings = deb.control.flatMap(([field, value]) => {
    const name = relationName(field);
    if (name === null) return [];
    return relations(value).flatMap((relation): LintFinding[] => {
      const mistake =
        relation.length > longestRelation
          ? `it has ${relation.length} characters`
          : relationMistake(relation, name);
      if (mistake === null) return [];
      return [
        {
          level: 'error',
          rule: 'bad-relation',
          where: [field],
          says: `${field}: ${relation.slice(0, longestRelation)}: ${mistake}`,
          source: 'Policy 7.1',
          mend: 'write it as "package" or "package (>= 1.2)"',
        },
      ];
    });
  });
  return findings.slice(0, mostRelationMistakes);
}

function descriptionMistakes({ fields, name }: LintedPackage): LintFinding[] {
  const value = fields.get('description');
  if (value === undefined) return [];
  const [synopsis = '', ...further] = value.split('\n');
  const finding = (rule: string, says: string, mend: string): LintFinding => ({
    level: 'warning',
    rule,
    where: ['Description'],
    says,
    source: 'Policy 3.4, 5.6.13',
    mend,
  });
  const findings: LintFinding[] = [];
  const faults = synopsisFaults(synopsis, name);
  if (faults.length > 0) {
    findings.push(
      finding(
        'synopsis-style',
        `its first line ${faults.join(', ')}`,
        'make it a phrase of under 80 characters that completes "NAME is a …", and say the rest in further lines',
      ),
    );
  }
  if (further.every((line) => ['', '.'].includes(line.trim()))) {
    findings.push(
      finding(
        'extended-description-is-empty',
        'it has one line only',
        'say in further lines what the package does and for whom',
      ),
    );
  }
  return findings;
}

/** In KiB: a packager may count a little otherwise. */
const allowedSizeError = 1024;

function sizeMistakes({ fields, files }: LintedPackage): LintFinding[] {
  const value = fields.get('installed-size');
  const finding = (level: 'error' | 'warning', rule: string, says: string): LintFinding => ({
    level,
    rule,
    where: ['Installed-Size'],
    says,
    source: 'Policy 5.6.20',
    mend: `write Installed-Size: ${measured}, the files’ sizes in KiB; apt and dpkg look at it before they unpack`,
  });
  let measured = 0;
  for (const { kind, size } of files.values()) {
    if (kind === 'file') measured += Math.ceil(size / 1024);
    else if (kind !== 'hardlink') measured += 1;
  }
  if (value === undefined) return [finding('warning', 'no-installed-size', 'there is no Installed-Size')];
  if (!/^\d+$/.test(value))
    return [finding('error', 'bad-installed-size', `Installed-Size: ${value} is no number`)];
  const error = Math.abs(Number(value) - measured);
  if (error <= Math.max(allowedSizeError, measured / 4)) return [];
  return [
    finding(
      'warning',
      'wrong-installed-size',
      `Installed-Size says ${value} KiB, and the files are ${measured} KiB`,
    ),
  ];
}
