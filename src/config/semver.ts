const semver = /^[v=]?\s*(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;
/** As people tag: with fewer numbers than three, or more. */
const looseSemver = /^(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/**
 * The Debian version of a package.json version: `1.2.0-rc.1+b7` becomes `1.2.0~rc.1+b7`, so that dpkg too sorts a
 * prerelease before its release. Hyphens further on become dots: dpkg would read a Debian revision from them. Null
 * where `text` is not a semantic version.
 */
export function debianVersionFromSemver(text: string): string | null {
  return fromParts(semver.exec(text.trim()));
}

/** As debianVersionFromSemver, for a version of any number of numbers: `1.2-rc.1` becomes `1.2~rc.1`. */
export function debianVersionFromLooseSemver(text: string): string | null {
  return fromParts(looseSemver.exec(text));
}

function fromParts(match: RegExpExecArray | null): string | null {
  if (match === null) return null;
  const [, core, prerelease, build] = match;
  const legal = (part: string) => part.replaceAll('-', '.');
  return `${core}${prerelease === undefined ? '' : `~${legal(prerelease)}`}${build === undefined ? '' : `+${legal(build)}`}`;
}
