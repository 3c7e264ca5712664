import { conffilesOf } from '../deb/package-contents.ts';
import type { ReadDeb } from '../deb/read-deb.ts';
import { compareVersions } from '../package/compare-versions.ts';
import { type FieldChange, relations } from './field-changes.ts';
import type { FileChanges } from './file-changes.ts';
import { namesOf, type PackageDiff } from './package-diff.ts';
import { serviceEffects } from './service-effects.ts';

type Found = Pick<PackageDiff, 'fields' | 'files' | 'conffiles' | 'scripts'>;

/** What an upgrade from one package to the other would change on a host, a sentence each, the weightiest first. */
export function upgradeEffects(old: ReadDeb, next: ReadDeb, found: Found): string[] {
  const [from, to] = [namesOf(old), namesOf(next)];
  if (from.name !== to.name) {
    return [`${to.name} is another package than ${from.name}: it would be installed beside it`];
  }
  return [
    versionEffect(from.version, to.version),
    ...(from.architecture === to.architecture
      ? []
      : [`the architecture changes from ${from.architecture} to ${to.architecture}`]),
    ...serviceEffects(old, next, from.name),
    ...relationEffects(old, next),
    ...conffileEffects(old, next, found),
    ...fileEffects(found.files),
    ...scriptEffects(old, next, found),
    ...sizeEffect(found.fields),
  ];
}

function versionEffect(from: string, to: string): string {
  const order = compareVersions(from, to);
  if (order === 0) return `${to} is the same version to dpkg: apt takes it with --reinstall only`;
  if (order > 0) return `${to} is older than ${from}: apt wants --allow-downgrades`;
  return `${to} is newer than ${from}: apt upgrades`;
}

function relationEffects(old: ReadDeb, next: ReadDeb): string[] {
  const listed = (deb: ReadDeb, ...fields: string[]) =>
    deb.control.flatMap(([field, value]) => (fields.includes(field.toLowerCase()) ? relations(value) : []));
  const newly = (...fields: string[]) => {
    const before = new Set(listed(old, ...fields));
    return listed(next, ...fields).filter((relation) => !before.has(relation));
  };
  const needs = newly('depends', 'pre-depends');
  const excludes = newly('conflicts', 'breaks');
  return [
    ...(needs.length === 0
      ? []
      : [`it newly needs ${needs.join(', ')}: apt installs or upgrades these first`]),
    ...(excludes.length === 0 ? [] : [`it newly excludes ${excludes.join(', ')}: apt may remove these`]),
  ];
}

function conffileEffects(old: ReadDeb, next: ReadDeb, { conffiles, files }: Found): string[] {
  const [were, are] = [new Set(conffilesOf(old)), new Set(conffilesOf(next))];
  const ships = new Set(next.entries.map(({ path }) => path));
  const asked = files.changed.filter(
    ({ path, aspects }) => were.has(path) && are.has(path) && aspects.includes('content'),
  );
  const gone = conffiles.removed.filter((path) => !ships.has(path));
  const plain = conffiles.removed.filter((path) => ships.has(path));
  return [
    ...asked.map(
      ({ path }) => `the conffile ${path} is a new one: dpkg asks where the admin has changed his`,
    ),
    ...gone.map((path) => `the conffile ${path} is shipped no more: dpkg leaves it on the host, as obsolete`),
    ...plain.map((path) => `${path} is a conffile no more: an admin’s changes to it are overwritten`),
  ];
}

function fileEffects({ added, removed, changed }: FileChanges): string[] {
  const privileged = (mode: string) => (Number.parseInt(mode, 8) & 0o6000) !== 0;
  const rising = [
    ...added.filter(({ kind, mode }) => kind === 'file' && privileged(mode)),
    ...changed
      .filter(({ old, new: next }) => next.kind === 'file' && privileged(next.mode) && !privileged(old.mode))
      .map((change) => change.new),
  ];
  const lost = changed.filter((change) => change.old.kind === 'directory' && change.new.kind !== 'directory');
  const became = changed.filter(
    (change) => change.old.kind !== 'directory' && change.new.kind === 'directory',
  );
  return [
    ...rising.map(
      ({ path, mode, owner }) => `${path} comes with mode ${mode}: whoever runs it is ${owner} then`,
    ),
    // dpkg(1), dpkg-maintscript-helper(1).
    ...lost.map(
      ({ path, new: next }) =>
        `${path} turns from a directory into a ${next.kind}: dpkg keeps the directory unless a maintainer script sees to it (dpkg-maintscript-helper(1))`,
    ),
    ...became
      .filter((change) => change.old.kind === 'symlink')
      .map(
        ({ path }) =>
          `${path} turns from a symlink into a directory: dpkg keeps a link to a directory unless a maintainer script sees to it (dpkg-maintscript-helper(1))`,
      ),
    ...(added.length + removed.length + changed.length === 0
      ? []
      : [`files: ${added.length} added, ${removed.length} removed, ${changed.length} changed`]),
  ];
}

/** In dpkg's order (Policy 6.6): the old package's scripts run too. */
function scriptEffects(old: ReadDeb, next: ReadDeb, { scripts }: Found): string[] {
  const turns = [
    ['prerm', old, 'the old prerm'],
    ['preinst', next, 'the new preinst'],
    ['postrm', old, 'the old postrm'],
    ['postinst', next, 'the new postinst'],
  ] as const;
  const run = turns.flatMap(([name, deb, told]) => (deb.controlFiles.has(name) ? [told] : []));
  const altered = scripts.filter(({ name }) => turns.some(([script]) => script === name));
  if (altered.length === 0) return [];
  return [
    `maintainer scripts differ (${altered.map(({ name }) => name).join(', ')}); an upgrade runs ${run.join(', ') || 'none'}`,
  ];
}

function sizeEffect(fields: readonly FieldChange[]): string[] {
  const change = fields.find(({ field }) => field.toLowerCase() === 'installed-size');
  const [before, after] = [Number(change?.old ?? Number.NaN), Number(change?.new ?? Number.NaN)];
  if (!Number.isSafeInteger(before) || !Number.isSafeInteger(after)) return [];
  const more = after - before;
  return [`it takes ${Math.abs(more)} KiB ${more > 0 ? 'more' : 'less'} on the disk`];
}
