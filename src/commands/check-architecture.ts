import { BadInput } from '../bad-input.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { multiArchMistake } from '../package/multi-arch.ts';
import type { Entry } from '../package/package.ts';
import { nativeCode, nativeFiles } from '../payload/native-code.ts';

/**
 * Throws BadInput where a package for `arch`, one of several that are made for different ones, has native code for others
 * only: then each would hold the same files.
 */
export function refuseOtherArchitecture(
  { isForSeveral, place }: LoadedConfig,
  arch: string,
  entries: readonly Entry[],
): void {
  if (!isForSeveral) return;
  const found = nativeCode(entries);
  const [other] = found;
  if (other === undefined || found.has(arch)) return;
  throw new BadInput(
    `${place(['arch'])}: the package for ${arch} would hold native code for ${other[0]} (${other[1]}); give each architecture its own: "src: build/\${ARCH}/…" with "expand: true"`,
  );
}

/** Throws BadInput where the package says `Multi-Arch: same` and can't be. `entries` are those that have paths on the host. */
export function refuseMultiArch(
  { config, place }: LoadedConfig,
  arch: string,
  entries: Iterable<Entry>,
): void {
  const field = config.packaging.fields.find(([name]) => name.toLowerCase() === 'multi-arch');
  if (field?.[1] !== 'same') return;
  const native = [...nativeFiles(entries)].map(({ entry }) => entry.path);
  const mistake = multiArchMistake({
    ...{ multiArch: field[1], arch, native },
    hasService: config.service !== null,
  });
  if (mistake !== null)
    throw new BadInput(`${place(['multiArch'])}: Multi-Arch is ${JSON.stringify(field[1])}; ${mistake}`);
}
