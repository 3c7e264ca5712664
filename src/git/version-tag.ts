import { debianVersionFromPep440 } from '../config/pep440.ts';
import { debianVersionFromLooseSemver } from '../config/semver.ts';
import { debianVersionMistake } from '../package/debian-version.ts';

/** What may stand before the version in a tag, those with the package's own name or directory and those without. */
export interface TagPrefixes {
  own: readonly string[];
  plain: readonly string[];
}

/** Of a package `name` whose app is at `folder` in its repository (empty: at the top). */
export function tagPrefixes(name: string, folder: string): TagPrefixes {
  const owners = [`${name}-`, `${name}/`, `${name}@`, ...(folder === '' ? [] : [`${folder}/`])];
  return {
    own: owners
      // No tag can hold these (git-check-ref-format(1)), and git would read them as a pattern.
      .filter((owner) => !/[*?[\\~^: ]/.test(owner))
      .flatMap((owner) => [owner, `${owner}v`]),
    plain: ['', 'v'],
  };
}

/**
 * The Debian version that a tag names: `v1.2.3`, `2.0.0-rc.1` (`2.0.0~rc.1`), `1.0rc1` (`1.0~rc1`), behind one of
 * `prefixes`; null where it names none.
 */
export function versionOfTag(tag: string, prefixes: readonly string[]): string | null {
  for (const prefix of prefixes) {
    const rest = tag.startsWith(prefix) ? tag.slice(prefix.length) : '';
    if (!/^\d/.test(rest)) continue;
    const version = debianVersionFromLooseSemver(rest) ?? debianVersionFromPep440(rest);
    if (version !== null && debianVersionMistake(version) === null) return version;
  }
  return null;
}
