/** What the field Multi-Arch says (deb-control(5)); without it a package is `no`. */
export const multiArchValues = ['same', 'foreign', 'allowed'] as const;
export type MultiArch = (typeof multiArchValues)[number];

/** Whether the field takes `value`. */
export function isMultiArch(value: string): value is MultiArch | 'no' {
  return value === 'no' || (multiArchValues as readonly string[]).includes(value);
}

/** What of a package has to do with its being installed for several architectures at once. */
export interface CoInstalled {
  /** The field's value. */
  multiArch: string;
  arch: string;
  hasService: boolean;
  /** The paths of native code on the host. */
  native: readonly string[];
}

/** Debian's directories for files of one architecture are named by its GNU triplet, as /usr/lib/x86_64-linux-gnu. */
const ofOneArchitecture = /\/[a-z0-9_]+-linux-gnu[a-z0-9_]*\//;

/**
 * Why a package can't be `Multi-Arch: same`, or null: one for all architectures (dpkg refuses it), a service, which
 * has one user, port and directory on a host, and native code where the package of another architecture has its own:
 * dpkg unpacks a path that two of them share only where its bytes are the same.
 */
export function multiArchMistake({ multiArch, arch, hasService, native }: CoInstalled): string | null {
  if (multiArch !== 'same') return null;
  if (arch === 'all')
    return 'dpkg takes it for packages of one architecture only, and this one is for "all"; write foreign';
  if (hasService) return 'a service runs once on a host, not once for each architecture; write foreign';
  const clashing = native.find((path) => !ofOneArchitecture.test(path));
  return clashing === undefined
    ? null
    : `${clashing} is native code, and the package of another architecture would have it at the same path; put it below a directory such as /usr/lib/x86_64-linux-gnu, or write foreign`;
}
