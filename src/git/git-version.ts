import { compareVersions } from '../package/compare-versions.ts';
import { type PastReleases, pastReleases } from './releases.ts';
import { git } from './run-git.ts';

/** What a version of a package tells of the state that it was built of. */
export interface GitVersion {
  /** A Debian version. */
  version: string;
  warnings: readonly string[];
}

/** How much of a commit's hash a version has, always: git's own length depends on the clone. */
const hashLength = 10;

/**
 * The version of the package `name` by its git repository, as `git describe` has it: on a release's tag that release's;
 * n commits after it `1.2.3+n.gHASH`, which dpkg sorts between 1.2.3 and 1.2.4. Tracked files of the app that differ from
 * the commit make it `1.2.3+n.gHASH+dirty`, and a warning. A text that says what is missing, and how to mend it, where git
 * tells no version.
 */
export async function gitVersion(dir: string, name: string): Promise<GitVersion | string> {
  const past = await pastReleases(dir, name, 'give the version itself');
  if (typeof past === 'string') return past;
  if (past.releases.length === 0) return noRelease(past, name);
  const described = await git(dir, [
    ...['describe', '--tags', '--long', '--abbrev=40'],
    ...past.prefixes.map((prefix) => `--match=${prefix}[0-9]*`),
    ...past.others.map((tag) => `--exclude=${tag}`),
  ]);
  const match = /^(.+)-(\d+)-g([0-9a-f]+)\n$/.exec(described?.stdout.toString() ?? '');
  const [, tag, distance = '', hash = ''] = match ?? [];
  const nearest = past.releases.find((release) => release.tag === tag);
  // A commit may have several: v2.0.0-rc.3, v2.0.0 and v2, say.
  const [release] = past.releases
    .filter((one) => one.commit === nearest?.commit)
    .sort((a, b) => compareVersions(b.version, a.version));
  if (release === undefined) return `git describe fails: ${described?.stderr.trim()}`;

  const changed = await git(dir, ['status', '--porcelain', '--untracked-files=no', '--', '.']);
  const dirty = changed !== null && changed.stdout.length > 0;
  const since = `${release.version}+${distance}.g${hash.slice(0, hashLength)}`;
  const version = dirty ? `${since}+dirty` : distance === '0' ? release.version : since;
  return { version, warnings: warningsAbout({ version, dirty, release: release.tag, distance, past }) };
}

function warningsAbout(known: {
  version: string;
  dirty: boolean;
  release: string;
  distance: string;
  past: PastReleases;
}): string[] {
  const warnings: string[] = [];
  if (known.dirty) {
    warnings.push(`there are changes that are not committed; the version is ${known.version}`);
  }
  if (known.past.shallow && known.distance !== '0') {
    warnings.push(
      `the clone is shallow: the number of commits since ${known.release} may be too low; fetch the rest with "git fetch --unshallow"`,
    );
  }
  return warnings;
}

function noRelease({ shallow, others }: PastReleases, name: string): string {
  if (shallow) {
    return 'this clone is shallow, and no release is tagged in what there is of it; fetch the rest with "git fetch --unshallow --tags" (actions/checkout: "fetch-depth: 0")';
  }
  const instead = others.length === 0 ? '' : ` (${others.slice(0, 3).join(', ')} is none)`;
  return `no tag in the history of HEAD is a version, as v1.2.3 or ${name}-v1.2.3 are${instead}; tag a release with "git tag v1.0.0", or fetch the tags with "git fetch --tags"`;
}
