import { BadInput } from '../bad-input.ts';

/** A package in the index that apt-ftparchive makes of a folder. */
export interface IndexedPackage {
  name: string;
  version: string;
  architecture: string;
  /** Relative to the repository. */
  file: string;
  /** Its stanza, as it stands. */
  stanza: string;
}

/** Architectures whose hosts find an index in every repository, so that apt there has nothing to remark. */
const usualArchitectures = ['amd64', 'arm64'];

/** The stanzas of a Packages file, sorted by file. Throws BadInput where two files are the same package. */
export function readPackagesIndex(text: string): IndexedPackage[] {
  const packages = text
    .split(/\n{2,}/)
    .filter((stanza) => stanza.trim() !== '')
    .map((stanza) => {
      const field = (name: string) =>
        new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? '';
      return {
        name: field('Package'),
        version: field('Version'),
        architecture: field('Architecture'),
        file: field('Filename').replace(/^\.\//, ''),
        stanza: stanza.trim(),
      };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  const seen = new Map<string, string>();
  for (const { name, version, architecture, file } of packages) {
    const identity = `${name} ${version} for ${architecture}`;
    const other = seen.get(identity);
    if (other !== undefined) {
      throw new BadInput(
        `${other} and ${file} are both ${identity}: apt could not tell them apart; remove one of them`,
      );
    }
    seen.set(identity, file);
  }
  return packages;
}

/**
 * The text of each architecture's Packages file. Packages for all architectures are in that of `all` alone, which apt
 * reads besides its own. `before`: architectures that had one, and keep it.
 */
export function indexesByArchitecture(
  packages: readonly IndexedPackage[],
  before: readonly string[],
): Map<string, string> {
  const architectures = new Set([
    ...['all', ...usualArchitectures, ...before],
    ...packages.map(({ architecture }) => architecture),
  ]);
  return new Map(
    [...architectures].sort().map((architecture) => [
      architecture,
      packages
        .filter((one) => one.architecture === architecture)
        .map(({ stanza }) => `${stanza}\n\n`)
        .join(''),
    ]),
  );
}
