import { derivedName, type Manifest } from './manifest.ts';
import type { SourceDocument } from './source-document.ts';

/** What a go.mod says (go.dev/ref/mod): the module's path, whose end names the package; its versions are git's tags. */
export function goManifest(file: string, text: string): Manifest {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^\s*module\s/.test(line));
  const [, before = '', module] = /^(\s*module\s+)["`]?([^\s"`]+)/.exec(lines[at] ?? '') ?? [];
  const source: SourceDocument = {
    file,
    // From version 2 on a module's path ends in it.
    value: module === undefined ? {} : { module: module.replace(/\/v\d+$/, '') },
    place: () => `${file}:${at + 1}:${before.length + 1}`,
  };
  return {
    file: 'go.mod',
    isTagged: true,
    name: () => derivedName(source, ['module']),
    version: () => ({}),
    maintainer: () => ({}),
    description: () => null,
    homepage: () => null,
    license: () => null,
  };
}
