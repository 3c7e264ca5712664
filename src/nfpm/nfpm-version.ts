/** What nfpm.yaml says about the version; empty: not given. */
export interface VersionParts {
  version: string;
  schema: 'semver' | 'none';
  epoch: string;
  prerelease: string;
  metadata: string;
  release: string;
}

/** As github.com/Masterminds/semver reads it: a `v` before it is fine, and minor and patch may be left out. */
const looseSemver =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** Go keeps the numbers in 64 bits. */
const largestNumber = 2n ** 64n - 1n;

/**
 * The Debian version that nfpm makes of its parts, `[epoch:]version[~prerelease][+metadata][-release]`: a semantic
 * version is taken apart, what is given as a key of its own goes before its part; any other version stands as it is.
 */
export function nfpmVersion({ version, schema, epoch, prerelease, metadata, release }: VersionParts): string {
  const semver = schema === 'semver' ? parseSemver(version) : null;
  const before = prerelease || (semver?.prerelease ?? '');
  const after = metadata || (semver?.metadata ?? '');
  return [
    epoch === '' ? '' : `${epoch}:`,
    semver?.core ?? version,
    before === '' ? '' : `~${before}`,
    after === '' ? '' : `+${after}`,
    release === '' ? '' : `-${release}`,
  ].join('');
}

function parseSemver(text: string): { core: string; prerelease: string; metadata: string } | null {
  const match = looseSemver.exec(text);
  if (match === null) return null;
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const numbers = [major, minor, patch].map(BigInt);
  if (numbers.some((number) => number > largestNumber)) return null;
  // A number in a prerelease has no zero before it.
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part))) return null;
  return { core: numbers.join('.'), prerelease, metadata };
}
