import { debianVersionMistake } from '../package/debian-version.ts';
import { debianArchitectures } from './architecture.ts';

/** The relation fields of a binary package, by their names in mkdeb.yaml (Policy 7.2 to 7.6). */
export const relationFields = [
  'depends',
  'recommends',
  'suggests',
  'conflicts',
  'replaces',
  'provides',
  'breaks',
  'predepends',
  'enhances',
] as const;
export type RelationField = (typeof relationFields)[number];

/** What stands in `depends` for the packages of the shared libraries that the app needs: cargo-deb's word, and debhelper's. */
export const sharedLibraries = '$auto';
const sharedLibrariesNames: readonly string[] = [sharedLibraries, '${shlibs:Depends}'];

export function isSharedLibraries(relation: string): boolean {
  return sharedLibrariesNames.includes(relation.trim());
}

/** The relations of a field's value, which commas part (Policy 7.1). */
export function splitRelations(value: string): string[] {
  return value
    .split(',')
    .map((relation) => relation.trim())
    .filter((relation) => relation !== '');
}

const withAlternatives: ReadonlySet<RelationField> = new Set([
  'depends',
  'recommends',
  'suggests',
  'predepends',
]);

const operators = ['<<', '<=', '=', '>=', '>>'];

/**
 * Why `text` is not one relation of `field`, such as `libc6 (>= 2.36)` or, where the field has alternatives,
 * `nodejs | bun` (Policy 7.1); null where it is one. Never more lenient than dpkg.
 */
export function relationMistake(text: string, field: RelationField): string | null {
  if (/[\p{Cc}]/u.test(text)) return 'a relation is one line without control characters';
  if (text.includes('${')) return 'substitution variables are debhelper’s; write the relation out';
  if (text.includes(',')) return 'give each relation as an entry of the list of its own, without commas';
  const alternatives = text.split('|');
  if (alternatives.length > 1 && !withAlternatives.has(field))
    return `${field} takes no alternatives ("|") (Policy 7.1)`;
  for (const alternative of alternatives) {
    const mistake = oneMistake(alternative.trim(), field);
    if (mistake !== null) return mistake;
  }
  return null;
}

/** The name of the package that a relation's first alternative names. */
export function relatedPackage(relation: string): string {
  return /^\s*([A-Za-z0-9+.-]+)/.exec(relation)?.[1] ?? '';
}

function oneMistake(text: string, field: RelationField): string | null {
  if (text === '') return 'expected a package name, such as "libc6 (>= 2.36)"';
  if (text.includes('[')) return 'a built package takes no architecture restrictions in "[…]" (Policy 7.1)';
  if (/<\S*>\s*$/.test(text)) return 'a built package takes no build profiles in "<…>"';
  const match = /^(?<name>[^\s:(]+)(?::(?<arch>[^\s(]*))?\s*(?:\((?<version>[^()]*)\))?$/.exec(text);
  if (match?.groups === undefined) return 'expected "package" or "package (>= version)"';
  const { name = '', arch, version } = match.groups;
  if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name)) {
    return `${JSON.stringify(name)} is not a package name: lower-case letters, digits and + - . (Policy 5.6.1)`;
  }
  if (arch !== undefined && arch !== 'any' && !(debianArchitectures as readonly string[]).includes(arch)) {
    return `${JSON.stringify(arch)} is not a Debian architecture`;
  }
  return version === undefined ? null : versionMistake(name, version, field);
}

function versionMistake(name: string, text: string, field: RelationField): string | null {
  const match = /^\s*(?<operator>[<>=!~^]*)\s*(?<version>.*?)\s*$/.exec(text);
  const { operator = '', version = '' } = match?.groups ?? {};
  if (operator === '>' || operator === '<') {
    return `"${operator}" is obsolete (Policy 7.1); write "${name} (${operator}= ${version})" or "${name} (${operator}${operator} ${version})"`;
  }
  if (!operators.includes(operator)) return `expected one of ${operators.join(' ')} before the version`;
  if (field === 'provides' && operator !== '=')
    return 'provides takes only exact versions, "(= version)" (Policy 7.5)';
  const mistake = debianVersionMistake(version);
  return mistake === null ? null : `${JSON.stringify(version)}: ${mistake}`;
}
