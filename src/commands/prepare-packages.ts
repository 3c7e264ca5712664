import { BadInput } from '../bad-input.ts';
import { type LoadOptions, loadConfigs } from '../config/load-config.ts';
import type { Path } from '../config/source-document.ts';
import { loadNfpmConfigs } from '../nfpm/load-nfpm.ts';
import { isNfpmFile } from '../nfpm/nfpm-file.ts';
import { packageFileName } from './output-path.ts';
import { prepareNfpmPackage } from './prepare-nfpm-package.ts';
import { type PreparedPackage, preparePackage } from './prepare-package.ts';

/**
 * From an app's directory to the whole model of each package that its configuration describes: configuration, payload,
 * architecture, time. A configuration that is an nfpm.yaml makes the package that nfpm would make of it. Throws BadInput
 * with the mistakes of all of them.
 */
export async function preparePackages(
  dir: string,
  options: LoadOptions,
): Promise<[PreparedPackage, ...PreparedPackage[]]> {
  const { file } = options;
  const isNfpm = file !== undefined && isNfpmFile(file);
  const loaded = isNfpm
    ? await loadNfpmConfigs(file, { ...options, dir, environment: process.env })
    : await loadConfigs(dir, options);
  const prepared: PreparedPackage[] = [];
  const mistakes: string[] = [];
  for (const one of loaded) {
    try {
      prepared.push(await (isNfpm ? prepareNfpmPackage(one, file) : preparePackage(one)));
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      mistakes.push(error.message);
    }
  }
  const [first, ...others] = prepared;
  if (mistakes.length > 0 || first === undefined) throw new BadInput([...new Set(mistakes)].join('\n'));
  refuseOneFileForTwo(prepared, loaded);
  return [first, ...others];
}

/** The name of a package's file. */
export function packageFile({ config, arch }: Pick<PreparedPackage, 'config' | 'arch'>): string {
  return packageFileName({ ...config, arch: config.packaging.archVariant ?? arch });
}

/** Throws BadInput where a package would take the place of another's file. */
function refuseOneFileForTwo(
  prepared: readonly PreparedPackage[],
  loaded: readonly { place(path: Path): string }[],
): void {
  const files = prepared.map(packageFile);
  const places = loaded.map(({ place }) => place(['name']));
  const mistakes = files.flatMap((file, i) => {
    const first = files.indexOf(file);
    if (first === i) return [];
    return [
      `${places[i]}: this package would be ${file}, as the one at ${places[first]} is; give it another name`,
    ];
  });
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
}
