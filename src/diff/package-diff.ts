import { conffilesOf } from '../deb/package-contents.ts';
import type { ReadDeb } from '../deb/read-deb.ts';
import { unitPath } from '../deb/unit-path.ts';
import type { HostPath } from '../package/package.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { type FileChanges, fileChanges } from './file-changes.ts';
import { textDiff } from './text-diff.ts';
import { upgradeEffects } from './upgrade-effects.ts';

/** Which package it is. */
export interface PackageNames {
  name: string;
  version: string;
  architecture: string;
}

export interface TextChange {
  /** Of a control file its name, else the path. */
  name: string;
  change: 'added' | 'removed' | 'changed';
  /** As `diff -u` shows it; null where it is too much to be read. */
  diff: string | null;
}

export interface Listed {
  added: readonly HostPath[];
  removed: readonly HostPath[];
}

/** What differs between two packages in what dpkg installs; times and compression are not looked at. */
export interface PackageDiff {
  same: boolean;
  old: PackageNames;
  new: PackageNames;
  /** What an upgrade from the old one to the new one would change, in sentences. */
  upgrade: readonly string[];
  fields: readonly FieldChange[];
  files: FileChanges;
  conffiles: Listed;
  /** The maintainer scripts, and what else of the control member is text: triggers, templates … */
  scripts: readonly TextChange[];
  units: readonly TextChange[];
  /** Of the changed files that were asked for. */
  texts: readonly TextChange[];
}

/** Compares two packages, read with the digests of all files and the texts of all units. */
export function packageDiff(old: ReadDeb, next: ReadDeb, texts: readonly TextChange[]): PackageDiff {
  const fields = fieldChanges(old.control, next.control);
  const files = fileChanges(old, next);
  const conffiles = listedChanges(conffilesOf(old), conffilesOf(next));
  const scripts = textChanges(controlTexts(old), controlTexts(next));
  const differs = [
    fields,
    files.added,
    files.removed,
    files.changed,
    conffiles.added,
    conffiles.removed,
    scripts,
  ].some(({ length }) => length > 0);
  return {
    same: !differs,
    old: namesOf(old),
    new: namesOf(next),
    upgrade: upgradeEffects(old, next, { fields, files, conffiles, scripts }),
    fields,
    files,
    conffiles,
    scripts,
    units: textChanges(unitTexts(old), unitTexts(next)),
    texts,
  };
}

/** So much text is compared line by line, in characters; what is beyond is told, and not shown. */
const mostCompared = 4 << 20;

/** The texts that differ, by name. */
export function textChanges(
  old: ReadonlyMap<string, string>,
  next: ReadonlyMap<string, string>,
): TextChange[] {
  let room = mostCompared;
  return [...new Set([...old.keys(), ...next.keys()])].sort().flatMap((name) => {
    const [before, after] = [old.get(name), next.get(name)];
    if (before === after) return [];
    const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    room -= (before?.length ?? 0) + (after?.length ?? 0);
    return [{ name, change, diff: room < 0 ? null : textDiff(name, before ?? '', after ?? '') }];
  });
}

export function namesOf({ control }: ReadDeb): PackageNames {
  const fields = new Map(control.map(([field, value]) => [field.toLowerCase(), value]));
  return {
    name: fields.get('package') ?? '',
    version: fields.get('version') ?? '',
    architecture: fields.get('architecture') ?? '',
  };
}

/** What is compared otherwise left out. */
function controlTexts({ controlFiles }: ReadDeb): Map<string, string> {
  return new Map([...controlFiles].filter(([name]) => !['control', 'md5sums', 'conffiles'].includes(name)));
}

function unitTexts({ texts }: ReadDeb): Map<string, string> {
  return new Map([...texts].filter(([path]) => unitPath.test(path)));
}

function listedChanges(old: readonly HostPath[], next: readonly HostPath[]): Listed {
  const [before, after] = [new Set(old), new Set(next)];
  return {
    added: [...after].filter((path) => !before.has(path)).sort(),
    removed: [...before].filter((path) => !after.has(path)).sort(),
  };
}
