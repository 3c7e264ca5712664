import { fileURLToPath } from 'node:url';

/** The path of a file of this package, from its top on: one step up from src/, and from dist/, where this file is one of its own. */
export function installedPath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
