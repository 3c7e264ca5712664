import { fileURLToPath } from 'node:url';

/** The path of a script of `templates/test-host/`, the same distance from src/host/nspawn/ and dist/host/nspawn/. */
export function script(name: string): string {
  return fileURLToPath(new URL(`../../../templates/test-host/${name}`, import.meta.url));
}
