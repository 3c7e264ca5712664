import { installedPath } from '../../installation.ts';

/** The path of a script of `templates/test-host/`. */
export function script(name: string): string {
  return installedPath(`templates/test-host/${name}`);
}
