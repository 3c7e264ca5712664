import { compareVersions } from '../package/compare-versions.ts';
import { git } from './run-git.ts';
import { tagPrefixes, versionOfTag } from './version-tag.ts';

/** One release of a package, as a tag in the history of what is checked out. */
export interface Release {
  tag: string;
  /** The commit that is tagged. */
  commit: string;
  /** A Debian version. */
  version: string;
  /** Who made an annotated tag, and when, in seconds since 1970; null for a lightweight one. */
  tagger: { person: string; epochSeconds: number } | null;
  /** An annotated tag's message without its signature; empty for a lightweight one. */
  message: string;
}

/** What git knows of a package's past. */
export interface PastReleases {
  /** In the history of HEAD, the highest version first. */
  releases: readonly Release[];
  /** What stands before the version in its tags. */
  prefixes: readonly string[];
  /** Tags in that history that begin as a release's do, but name no version. */
  others: readonly string[];
  /** The clone ends somewhere, and with it what is known. */
  shallow: boolean;
}

const fields = [
  '%(refname:strip=2)',
  '%(objectname)',
  '%(*objectname)',
  '%(taggername) %(taggeremail)',
  '%(taggerdate:unix)',
  '%(contents:subject)',
  '%(contents:body)',
];

/**
 * The releases of the package `name` whose app is in `dir`, by the tags in the history of HEAD. Where any has the
 * package's name or its directory before the version, as a repository of several packages has, these are its releases,
 * else the plain ones. A text that says what is missing, and how to mend it, where git knows of no history; `instead` is
 * what else the user can do.
 */
export async function pastReleases(
  dir: string,
  name: string,
  instead: string,
): Promise<PastReleases | string> {
  const place = await git(dir, ['rev-parse', '--is-shallow-repository', '--show-prefix']);
  if (place === null) return `git is not here; apt install git, or ${instead}`;
  if (place.failed) {
    return /not a git repository|must be run in a work tree/.test(place.stderr)
      ? `${dir} is in no git repository; ${instead}`
      : `git can’t be asked: ${place.stderr.trim()}`;
  }
  const [shallow = '', folder = ''] = place.stdout.toString().split('\n');
  const head = await git(dir, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (head?.failed !== false) return 'there is no commit yet; commit, and tag a release: git tag v1.0.0';

  const listed = await git(dir, [
    'for-each-ref',
    '--merged=HEAD',
    `--format=${fields.join('%00')}%00`,
    'refs/tags',
  ]);
  if (listed?.failed !== false) return `git can’t be asked for its tags: ${listed?.stderr.trim()}`;
  const tags = readTags(listed.stdout.toString());
  const { own, plain } = tagPrefixes(name, folder.replace(/\/$/, ''));
  const prefixes = tags.some(({ tag }) => versionOfTag(tag, own) !== null) ? own : plain;
  const releases: Release[] = [];
  const others: string[] = [];
  for (const tag of tags) {
    const version = versionOfTag(tag.tag, prefixes);
    if (version !== null) releases.push({ ...tag, version });
    else if (
      prefixes.some((prefix) => /^\d/.test(tag.tag.slice(prefix.length)) && tag.tag.startsWith(prefix))
    )
      others.push(tag.tag);
  }
  return {
    releases: releases.sort((a, b) => compareVersions(b.version, a.version)),
    prefixes,
    others,
    shallow: shallow === 'true',
  };
}

function readTags(text: string): Omit<Release, 'version'>[] {
  const values = text.split('\0');
  const tags: Omit<Release, 'version'>[] = [];
  for (let at = 0; at + fields.length < values.length; at += fields.length) {
    const [tag = '', object = '', peeled = '', person = '', date = '', subject = '', body = ''] =
      values.slice(at);
    const annotated = peeled !== '';
    tags.push({
      // A line end ends each tag.
      tag: tag.replace(/^\n/, ''),
      commit: annotated ? peeled : object,
      tagger: annotated && date !== '' ? { person, epochSeconds: Number(date) } : null,
      message: annotated ? `${subject}\n\n${body}`.trim() : '',
    });
  }
  return tags;
}
