import { maintainerScriptNames } from '../package/package.ts';
import type { ReadDeb } from './read-deb.ts';

/** The scripts that dpkg runs, and debconf's; in the order of their turns. */
export const scriptNames = ['config', ...maintainerScriptNames] as const;

/** The scripts that a package has, with their texts. */
export function scriptsOf(deb: ReadDeb): [name: string, text: string][] {
  return scriptNames.flatMap((name) => {
    const text = deb.controlFiles.get(name);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}

/** The paths of the conffiles that a package lists; those that it takes away (deb-conffiles(5)) left out. */
export function conffilesOf(deb: ReadDeb): string[] {
  return (deb.controlFiles.get('conffiles') ?? '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('remove-on-upgrade '));
}
