import { readFileSync } from 'node:fs';
import { BadInput } from '../bad-input.ts';
import { type ChangelogEntry, readChangelogFile } from '../config/changelog-file.ts';
import type { NamedFile, Packaging, UserControlFileName, UserScriptName } from '../config/packaging.ts';
import { onDisk } from '../contents/find-sources.ts';

/** The bytes of the files that the packaging keys name. */
export interface UserFiles {
  scripts: Readonly<Partial<Record<UserScriptName, Uint8Array>>>;
  controlFiles: Readonly<Partial<Record<UserControlFileName, Uint8Array>>>;
  /** Null: no file is given. */
  changelog: readonly ChangelogEntry[] | null;
}

/**
 * Reads the scripts, control files and the changelog that `packaging` names, relative to `root`. Throws BadInput with
 * every mistake, one a line: what is not there, a script that names no interpreter, a changelog that is none.
 */
export function readUserFiles(root: string, packaging: Packaging): UserFiles {
  const mistakes: string[] = [];
  const read = ({ path, place }: NamedFile): Buffer | null => {
    try {
      const bytes = readFileSync(onDisk(root, path));
      if (bytes.length > 0) return bytes;
      mistakes.push(`${place} is ${JSON.stringify(path)}; this file is empty`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const what = code === 'ENOENT' ? `there is no such file in ${root}` : message;
      mistakes.push(`${place} is ${JSON.stringify(path)}; ${what}`);
    }
    return null;
  };
  const readAll = <Name extends string>(
    files: Readonly<Partial<Record<Name, NamedFile>>>,
    isProgram: (name: Name) => boolean,
  ) => {
    const all: Partial<Record<Name, Uint8Array>> = {};
    for (const [name, file] of Object.entries(files) as [Name, NamedFile][]) {
      const bytes = read(file);
      if (bytes === null) continue;
      // dpkg executes it: the kernel has to know with what.
      if (isProgram(name) && !/^(?:#! *\/|\x7fELF)/.test(bytes.toString('latin1', 0, 80))) {
        mistakes.push(
          `${file.place} is ${JSON.stringify(file.path)}; its first line has to name what runs it, such as "#!/bin/sh"`,
        );
      }
      all[name] = bytes;
    }
    return all;
  };
  const scripts = readAll(packaging.scripts, () => true);
  const controlFiles = readAll(packaging.controlFiles, (name) => name === 'config');
  let changelog: ChangelogEntry[] | null = null;
  const source = packaging.changelog;
  const file = source !== null && 'file' in source ? source.file : null;
  const text = file === null ? null : read(file);
  if (text !== null && file !== null) {
    try {
      changelog = readChangelogFile(onDisk(root, file.path), text.toString());
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      mistakes.push(error.message);
    }
  }
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
  return { scripts, controlFiles, changelog };
}
