import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { versionWithoutEpoch } from '../package/debian-version.ts';

/** The name of a package's file, the epoch left out, as dpkg-name(1) has it. */
export function packageFileName({
  name,
  version,
  arch,
}: {
  name: string;
  version: string;
  arch: string;
}): string {
  return `${name}_${versionWithoutEpoch(version)}_${arch}.deb`;
}

/**
 * Where the packages of these file names go: `output` is a file, or a directory where it is one already or ends in a
 * slash, and is then made if need be; the current directory unless given. Several packages go into a directory.
 */
export async function outputPaths(
  fileNames: readonly string[],
  output: string | undefined,
): Promise<readonly string[]> {
  if (output === undefined) return fileNames;
  if (output === '') throw new BadInput('--output is empty; expected a file or a directory');
  if (output.endsWith('/')) {
    await mkdir(output, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw new BadInput(`--output is "${output}"; no such directory can be made: ${error.message}`);
    });
    return fileNames.map((fileName) => join(output, fileName));
  }
  if (await isDirectory(output)) return fileNames.map((fileName) => join(output, fileName));
  if (fileNames.length > 1) {
    throw new BadInput(
      `--output is "${output}"; ${fileNames.length} packages need a directory: write "${output}/", and it is made`,
    );
  }
  if (!(await isDirectory(dirname(output)))) {
    throw new BadInput(`--output is "${output}"; there is no directory "${dirname(output)}"`);
  }
  return [output];
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
