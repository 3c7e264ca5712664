import type { Entry } from './package.ts';

/** What goes into a package from the app's directory. */
export interface Payload {
  /** Paths are relative to the app's directory: `server.js`, `lib/a.js`; hard link targets too. Sorted, parents included. */
  entries: readonly Entry[];
  /** The Debian architecture of the native code (ELF, `.node`) found in it, or null where there is none. */
  nativeArch: string | null;
  /** One line for people: what was taken and what was left out. */
  summary: string;
  /** The text of the app's own licence file, or null. */
  license: string | null;
}
