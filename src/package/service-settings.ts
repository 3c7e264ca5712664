/** What a package of mkdeb's was built with, as its release carries it: shell assignments in `.mkdeb/settings`. */
export type ServiceSettings = ReadonlyMap<string, string>;

/** Where the package `name` has them. */
export function settingsPath(name: string): string {
  return `/usr/lib/${name}/dist/.mkdeb/settings`;
}

/** Any package's, and how large they are at most, in bytes. */
const settingsFile = /^\/usr\/lib\/[^/]+\/dist\/\.mkdeb\/settings$/;
const largestSettings = 1 << 16;

/** Whether a file of a package is that, and small enough to be. */
export function isSettings(path: string, size: number): boolean {
  return settingsFile.test(path) && size <= largestSettings;
}

/** Reads them without a shell: what mkdeb writes is one word a line, in single quotes. */
export function parseServiceSettings(text: string): ServiceSettings {
  const settings = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of text.matchAll(
    /^([A-Z_]+)=(?:'((?:[^'\n]|'\\'')*)'|(\S*))$/gm,
  )) {
    settings.set(key, quoted?.replaceAll("'\\''", "'") ?? plain);
  }
  return settings;
}
