import type { ControlFields, FileEntry, Package } from '../package/package.ts';

/** The symbols of one program or library. */
export interface DebugFile {
  /** Of the program, in hex. */
  buildId: string;
  /** Their file on this machine, and its size in bytes. */
  disk: string;
  size: number;
}

/** The fields that a package and the one of its symbols have in common. */
const common = ['Version', 'Architecture', 'Architecture-Variant', 'Maintainer'];

/**
 * The package of a package's debug symbols, as dh_strip(1) makes it: debuggers find the symbols by the build id, wherever the
 * program is. `debugFiles` has one at least. Pure.
 */
export function dbgsymPackage(control: ControlFields, debugFiles: readonly DebugFile[]): Package {
  const field = (name: string) => control.find(([one]) => one === name)?.[1] ?? '';
  const name = field('Package');
  const buildIds = debugFiles.map(({ buildId }) => buildId).sort();
  return {
    control: [
      ['Package', dbgsymName(name)],
      ['Source', name],
      ['Auto-Built-Package', 'debug-symbols'],
      ...control.filter(([one]) => common.includes(one)),
      ['Depends', `${name} (= ${field('Version')})`],
      ['Section', 'debug'],
      ['Priority', 'optional'],
      ['Description', `debug symbols for ${name}`],
      ['Build-Ids', buildIds.join(' ')],
    ],
    entries: [
      ...debugFiles.map(debugEntry),
      { kind: 'symlink', path: `/usr/share/doc/${dbgsymName(name)}`, target: name },
    ],
    scripts: {},
  };
}

export function dbgsymName(name: string): string {
  return `${name}-dbgsym`;
}

function debugEntry({ buildId, disk, size }: DebugFile): FileEntry {
  const path = `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
  return { kind: 'file', path, mode: 0o644, content: { disk, size } };
}
