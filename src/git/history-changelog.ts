import type { ChangelogEntry } from '../config/changelog-file.ts';
import { compareVersions } from '../package/compare-versions.ts';
import { type PastReleases, pastReleases, type Release } from './releases.ts';
import { git } from './run-git.ts';

export interface HistoryChangelog {
  /** The newest first; the first one is the version's that is built. */
  entries: readonly ChangelogEntry[];
  warnings: readonly string[];
}

/** What a reader on a host looks at; all the rest is in the repository. */
const mostEntries = 30;
const mostChanges = 100;

/**
 * The changelog of a package by its git repository: an entry for each release that is tagged in the history of HEAD, and
 * one of `version`, which is built, before them where HEAD is none. An entry has the message of an annotated tag, else the
 * subjects of the commits to the app since the release before, merges left out; whose and of when it is, the tag says, or
 * the last commit. `maintainer` stands in for whoever has no mail address. A text that says what is missing, and how to
 * mend it, where git knows of no history.
 */
export async function historyChangelog(
  dir: string,
  { name, version, maintainer }: { name: string; version: string; maintainer: string },
): Promise<HistoryChangelog | string> {
  const past = await pastReleases(dir, name, 'give a changelog’s file, or leave it out');
  if (typeof past === 'string') return past;
  const head = await lastCommit(dir, 'HEAD');
  const here = past.releases.find(({ commit }) => commit === head.hash) ?? null;
  const before = oneOfEach(past.releases.filter((release) => release !== here && isOlder(release, version)));
  const steps = [
    { version, revision: here?.commit ?? 'HEAD', release: here },
    ...before.map((release) => ({ version: release.version, revision: release.commit, release })),
  ];
  const entries: ChangelogEntry[] = [];
  for (const [i, step] of steps.slice(0, mostEntries).entries()) {
    const written = step.release === null ? [] : changesOf(step.release);
    const made = await lastCommit(dir, step.revision);
    const { person, epochSeconds } = step.release?.tagger ?? made;
    entries.push({
      version: step.version,
      distributions: 'unstable',
      urgency: 'medium',
      changes:
        written.length > 0 ? written : await subjects(dir, step.revision, steps[i + 1]?.revision ?? null),
      packager: /^[^<>]*[^<>\s][^<>]* <[^<>\s]+>$/.test(person) ? person : maintainer,
      epochSeconds,
    });
  }
  return { entries, warnings: shallowWarning(past) };
}

/** What is built now is the newest, whatever the tags say: a release of the same version is this one. */
function isOlder(release: Release, version: string): boolean {
  return compareVersions(release.version, version) < 0;
}

function oneOfEach(releases: readonly Release[]): Release[] {
  return releases.filter((release, i) => release.version !== releases[i - 1]?.version);
}

/** The changes that an annotated tag's message tells, each as its lines; none where it only repeats the version. */
function changesOf({ message, tag }: Release): string[][] {
  const number = tag.replace(/^.*?v?(?=\d)/, '');
  const lines = message.split('\n').map((line) => line.trimEnd());
  const [first = ''] = lines;
  const said = first
    .toLowerCase()
    .replace(/^(?:release|version|tag)?[\s:]*/, '')
    .replace(/[.:!]$/, '');
  if ([tag, number, `v${number}`].some((name) => name.toLowerCase() === said)) lines.shift();

  const changes: string[][] = [];
  let open = false;
  for (const line of lines) {
    const item = /^\s*[*+-]\s+(.*)$/.exec(line)?.[1];
    const text = oneLine(item ?? line);
    if (text === '') open = false;
    else if (open && item === undefined) changes.push([`${changes.pop()?.[0]} ${text}`]);
    else changes.push([text]);
    if (text !== '') open = true;
  }
  return bounded(changes, changes.length);
}

/** The subjects of the commits to the app that are in `revision` and not yet in `before`, the newest first. */
async function subjects(dir: string, revision: string, before: string | null): Promise<string[][]> {
  const range = ['--no-merges', revision, ...(before === null ? [] : [`^${before}`])];
  const listed = await git(dir, [
    'log',
    '-z',
    `--max-count=${mostChanges + 1}`,
    '--format=%s',
    ...range,
    '--',
    '.',
  ]);
  const all = (listed?.stdout.toString() ?? '')
    .split('\0')
    .map((subject) => oneLine(subject))
    .filter((subject) => subject !== '');
  if (all.length <= mostChanges) return all.map((subject) => [subject]);
  const counted = await git(dir, ['rev-list', '--count', ...range, '--', '.']);
  return bounded(
    all.map((subject) => [subject]),
    Number(counted?.stdout.toString()),
  );
}

function bounded(changes: readonly string[][], count: number): string[][] {
  const shown = changes.slice(0, mostChanges);
  return count > shown.length ? [...shown, [`and ${count - shown.length} more changes`]] : shown;
}

async function lastCommit(
  dir: string,
  revision: string,
): Promise<{ hash: string; person: string; epochSeconds: number }> {
  const answer = await git(dir, ['log', '-1', '--format=%H%x00%aN <%aE>%x00%ct', revision, '--']);
  const [hash = '', person = '', seconds = '0'] = (answer?.stdout.toString() ?? '').trim().split('\0');
  return { hash, person: oneLine(person), epochSeconds: Number(seconds) };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

function shallowWarning({ shallow }: PastReleases): string[] {
  return shallow
    ? [
        'the clone is shallow: the changelog ends where its history does; fetch the rest with "git fetch --unshallow --tags"',
      ]
    : [];
}
