import { mistake } from './mistakes.ts';
import { debianPackageName } from './package-name.ts';
import { maintainerFromPerson } from './person.ts';
import { type Path, type SourceDocument, valueAt } from './source-document.ts';

/** A value taken from a manifest, the mistake that keeps it from being taken, or neither: it isn't there. */
export interface Derived<T> {
  value?: T;
  mistake?: string;
}

/**
 * What the file in which a language's own tools describe an app says about it: package.json, Cargo.toml, pyproject.toml,
 * go.mod. Each is asked only where mkdeb.yaml doesn't say it.
 */
export interface Manifest {
  /** Its name without the directory, for messages. */
  file: string;
  /** Whether the version stands in git's tags, and nowhere else. */
  isTagged: boolean;
  name(): Derived<string>;
  /** A Debian version. */
  version(): Derived<string>;
  maintainer(): Derived<string>;
  description(): string | null;
  homepage(): string | null;
  license(): string | null;
}

/** The Debian name of what a manifest names at `path`. */
export function derivedName(source: SourceDocument, path: Path): Derived<string> {
  const name = valueAt(source.value, path);
  if (name === undefined) return {};
  const value = typeof name === 'string' ? debianPackageName(name) : null;
  if (value !== null) return { value };
  return {
    mistake: mistake(source, path, 'no Debian package name can be made from it; give name in mkdeb.yaml'),
  };
}

/** The first of the persons at `path` that can be a maintainer. */
export function derivedMaintainer(
  source: SourceDocument,
  path: Path,
  persons: readonly unknown[],
): Derived<string> {
  const value = persons.map(maintainerFromPerson).find((person) => person !== null);
  if (value != null) return { value };
  const message =
    'a maintainer needs a name and a mail address, "Name <mail>"; add it here, or give maintainer in mkdeb.yaml';
  return { mistake: mistake(source, path, message) };
}

/** A text that says something, trimmed; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The first of these that Homepage takes. */
export function webAddress(values: readonly unknown[]): string | null {
  return values.map(textOf).find((text) => text !== null && /^https?:\/\/[!-;=?-~]+$/.test(text)) ?? null;
}

/** A license of one line. */
export function licenseOf(value: unknown): string | null {
  const license = textOf(value);
  return license === null || /\p{Cc}/u.test(license) ? null : license;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
