import { BadInput } from '../bad-input.ts';
import type { ElfFile } from '../payload/elf-file.ts';

/** The packages of what the programs of nodejs.org are linked with. */
const packages: ReadonlyArray<readonly [library: RegExp, name: string]> = [
  [/^(?:lib(?:c|dl|m|pthread|rt)\.so\.\d+|ld-linux-.*\.so\.\d+)$/, 'libc6'],
  [/^libgcc_s\.so\.1$/, 'libgcc-s1'],
  [/^libstdc\+\+\.so\.6$/, 'libstdc++6'],
  [/^libatomic\.so\.1$/, 'libatomic1'],
];

/** Which GCC brought a version of the symbols of libstdc++ (gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html). */
const gccOf: ReadonlyMap<string, string> = new Map([
  ...[
    '5.1',
    '6.1',
    '7.1',
    '7.2',
    '8.1',
    '9.1',
    '9.2',
    '9.3',
    '11.1',
    '12.1',
    '13.1',
    '13.2',
    '14.1',
    '15.1',
  ].map((gcc, i) => [`GLIBCXX_3.4.${21 + i}`, gcc] as const),
  ...['5.1', '6.1', '7.1', '9.1', '11.1', '13.1', '14.1', '15.1'].map(
    (gcc, i) => [`CXXABI_1.3.${9 + i}`, gcc] as const,
  ),
]);
/** Older than any Debian that mkdeb is for. */
const ancient = /^(?:GLIBCXX_3\.4(?:\.1?\d|\.20)?|CXXABI_1\.3(?:\.[0-8])?)$/;

/**
 * What Node's program needs of Debian, by the versions of symbols that it names: the versions that nodejs.org has built
 * it for, whatever this machine has. Throws BadInput for a library that Node had not been linked with when this was
 * written.
 */
export function nodeRelations(elf: ElfFile, version: string): string[] {
  const relations = new Set<string>();
  for (const library of elf.needed) {
    const name = packages.find(([pattern]) => pattern.test(library))?.[1];
    if (name === undefined)
      throw new BadInput(
        `service.node: Node ${version} needs ${library}, whose package mkdeb does not know; take an older one`,
      );
    if (name === 'libc6' || name === 'libstdc++6') continue;
    relations.add(name);
  }
  const symbols = [...elf.versions.values()].flat();
  const glibc = symbols.flatMap((symbol) => /^GLIBC_(\d[\d.]*)$/.exec(symbol)?.[1] ?? []);
  relations.add(`libc6 (>= ${newest(glibc)})`);
  const gcc = symbols
    .filter((symbol) => /^(?:GLIBCXX|CXXABI)_\d/.test(symbol) && !ancient.test(symbol))
    .map((symbol) => {
      const found = gccOf.get(symbol);
      if (found === undefined)
        throw new BadInput(
          `service.node: Node ${version} needs ${symbol} of libstdc++6, and mkdeb does not know which version has it; take an older one`,
        );
      return found;
    });
  relations.add(gcc.length === 0 ? 'libstdc++6' : `libstdc++6 (>= ${newest(gcc)})`);
  return [...relations].sort();
}

function newest(versions: readonly string[]): string {
  const parts = (version: string) => version.split('.').map(Number);
  return versions.reduce((one, other) => {
    const [a, b] = [parts(one), parts(other)];
    const at = [0, 1, 2].find((i) => (a[i] ?? 0) !== (b[i] ?? 0));
    return at !== undefined && (b[at] ?? 0) > (a[at] ?? 0) ? other : one;
  });
}
