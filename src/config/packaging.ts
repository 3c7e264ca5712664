import type { Content, ContentsOptions, ContentType } from '../contents/content.ts';
import { contentTypes } from '../contents/content.ts';
import type { Compression } from '../deb/compression.ts';
import type { ControlFields } from '../package/package.ts';
import { formatTriggers } from '../package/triggers.ts';
import { fromGit } from './from-git.ts';
import { parseMode } from './octal.ts';
import type { ConfigFile } from './schema.ts';
import type { Path } from './source-document.ts';
import { parseTimestamp } from './timestamp.ts';

/** The user's own maintainer scripts, by nfpm's names. */
export const userScriptNames = ['preinstall', 'postinstall', 'preremove', 'postremove'] as const;
export type UserScriptName = (typeof userScriptNames)[number];

/** Control files that are shipped as they are. */
export const userControlFileNames = ['config', 'rules', 'templates'] as const;
export type UserControlFileName = (typeof userControlFileNames)[number];

/** A file that the configuration names. */
export interface NamedFile {
  /** Relative to the app's directory. */
  path: string;
  /** For messages: `mkdeb.yaml:12:5: scripts.postinstall`. */
  place: string;
}

/** Where the changelog comes from: a file, or the history of the app's git repository. */
export type ChangelogSource = { file: NamedFile } | { git: { place: string } };

/** What the packaging keys say, checked and completed. */
export interface Packaging {
  contents: readonly Content[];
  contentsOptions: ContentsOptions;
  scripts: Readonly<Partial<Record<UserScriptName, NamedFile>>>;
  controlFiles: Readonly<Partial<Record<UserControlFileName, NamedFile>>>;
  /** The text of the triggers control file; empty: none. */
  triggers: string;
  /** Further control fields, by name. */
  fields: ControlFields;
  /** Null: as the command line or the default says. */
  compression: Compression | null;
  archVariant: string | null;
  changelog: ChangelogSource | null;
  /** The time of everything in the package, in seconds since 1970; null: not given. */
  mtimeSeconds: number | null;
}

/** The packaging keys of mkdeb.yaml, which nfpm.yaml has too. */
export type GivenPackaging = Pick<
  ConfigFile,
  'contents' | 'disable_globbing' | 'umask' | 'mtime' | 'scripts' | 'changelog' | 'deb' | 'multiArch'
>;

type GivenContent = NonNullable<GivenPackaging['contents']>[number];

const defaultUmask = 0o002;

/** Completes the packaging keys; they are well-formed. The notes are about what is left out. */
export function completePackaging(
  given: GivenPackaging,
  place: (path: Path) => string,
): { packaging: Packaging; notes: string[] } {
  const named = (path: Path, file: string): NamedFile => ({
    path: file,
    place: `${place(path)}: ${path.join('.')}`,
  });
  const files = <Name extends string>(
    section: Path,
    values: Readonly<Partial<Record<Name, string>>> | undefined,
  ) =>
    Object.fromEntries(
      Object.entries(values ?? {})
        .filter((entry): entry is [Name, string] => typeof entry[1] === 'string')
        .map(([name, file]) => [name, named([...section, name], file)]),
    ) as Partial<Record<Name, NamedFile>>;

  const contents: Content[] = [];
  const notes: string[] = [];
  for (const [i, one] of (given.contents ?? []).entries()) {
    const at = `${place(['contents', i])}: contents[${i}]`;
    if (one.packager !== undefined && one.packager !== 'deb') continue;
    const type = one.type ?? 'file';
    if (!isContentType(type)) {
      notes.push(`${at}: ${JSON.stringify(type)} is for rpm only; left out`);
      continue;
    }
    contents.push(completeContent(one, type, at));
  }
  const deb = given.deb ?? {};
  return {
    packaging: {
      contents,
      contentsOptions: {
        umask: bits(given.umask) ?? defaultUmask,
        disableGlobbing: given.disable_globbing ?? false,
      },
      scripts: files(['scripts'], given.scripts as Partial<Record<UserScriptName, string>>),
      controlFiles: files(['deb', 'scripts'], deb.scripts as Partial<Record<UserControlFileName, string>>),
      triggers: formatTriggers(deb.triggers ?? {}),
      fields: Object.entries({
        ...deb.fields,
        ...(given.multiArch === undefined ? {} : { 'Multi-Arch': given.multiArch }),
      })
        .filter(([, value]) => value.trim() !== '')
        .map(([name, value]) => [name, value.trim()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      compression: deb.compression ?? null,
      archVariant: deb.arch_variant ?? null,
      changelog:
        given.changelog === undefined ? null : changelogSource(named(['changelog'], given.changelog)),
      mtimeSeconds: seconds(given.mtime),
    },
    notes,
  };
}

function completeContent(one: GivenContent, type: ContentType, place: string): Content {
  const { owner, group, mode, mtime } = one.file_info ?? {};
  return {
    src: one.src ?? null,
    dst: one.dst,
    type,
    owner: owner ?? null,
    group: group ?? null,
    mode: bits(mode),
    mtimeSeconds: seconds(mtime),
    place,
  };
}

function changelogSource(file: NamedFile): ChangelogSource {
  return file.path === fromGit ? { git: { place: file.place } } : { file };
}

function bits(mode: string | number | undefined): number | null {
  return mode === undefined ? null : parseMode(String(mode));
}

function seconds(text: string | undefined): number | null {
  return text === undefined ? null : parseTimestamp(text);
}

function isContentType(type: string): type is ContentType {
  return (contentTypes as readonly string[]).includes(type);
}
