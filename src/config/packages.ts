import { mistake } from './mistakes.ts';
import type { Path, SourceDocument } from './source-document.ts';

/**
 * The packages that a configuration describes, each as a document of its own: those of its `packages`, with the keys that
 * stand beside `packages` where they don't give their own; else the one that it is. A key is taken whole, from one place
 * or the other. Or what is wrong with `packages`.
 */
export function describedPackages(source: SourceDocument): SourceDocument[] | { mistakes: string[] } {
  if (!isMap(source.value) || source.value['packages'] === undefined) return [source];
  const { packages, ...shared } = source.value;
  const expected = 'expected a list such as [{name: my-app, dir: app}, {name: my-worker, dir: worker}]';
  if (!Array.isArray(packages) || packages.length === 0) {
    return { mistakes: [mistake(source, ['packages'], expected)] };
  }
  const mistakes: string[] = [];
  const described: SourceDocument[] = [];
  for (const [i, own] of packages.entries()) {
    if (!isMap(own)) mistakes.push(mistake(source, ['packages', i], 'expected a map such as {name: my-app}'));
    else if (Object.hasOwn(own, 'packages'))
      mistakes.push(mistake(source, ['packages', i, 'packages'], 'a package has no packages of its own'));
    else described.push(withShared(source, shared, own, i));
  }
  return mistakes.length > 0 ? { mistakes } : described;
}

function withShared(
  source: SourceDocument,
  shared: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  i: number,
): SourceDocument {
  const isShared = ([key]: Path) =>
    key !== undefined && !Object.hasOwn(own, key) && Object.hasOwn(shared, key);
  return {
    file: source.file,
    value: { ...shared, ...own },
    place: (path, what) => source.place(isShared(path) ? path : ['packages', i, ...path], what),
  };
}

/** The path of a package's key without where its package stands: `packages[1].version` is a version. */
export function inPackage(path: Path): Path {
  return path[0] === 'packages' && typeof path[1] === 'number' ? path.slice(2) : path;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
