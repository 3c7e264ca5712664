import { conffilesOf, scriptsOf } from '../deb/package-contents.ts';
import { type ReadDeb, readDeb } from '../deb/read-deb.ts';
import type { TarEntry } from '../deb/tar-entries.ts';
import { unitPath } from '../deb/unit-path.ts';
import type { HostPath } from '../package/package.ts';
import {
  isSettings,
  parseServiceSettings,
  type ServiceSettings,
  settingsPath,
} from '../package/service-settings.ts';

/** A package as the rules look at it. */
export interface LintedPackage {
  deb: ReadDeb;
  name: string;
  /** By their names in lower case. */
  fields: ReadonlyMap<string, string>;
  conffiles: readonly HostPath[];
  scripts: readonly (readonly [name: string, text: string])[];
  units: ReadonlyMap<HostPath, string>;
  /** The last entry of each path, which is what dpkg leaves there. */
  files: ReadonlyMap<HostPath, TarEntry>;
  /** Of a service that mkdeb has built. */
  service: ServiceSettings | null;
}

/** Reads it with all that the rules need. Throws BadInput for what is no package, or a broken one. */
export async function lintedPackage(path: string): Promise<LintedPackage> {
  const deb = await readDeb(path, {
    wantsText: (file, { size }) => unitPath.test(file) || isSettings(file, size),
    digest: 'md5',
  });
  const fields = new Map(deb.control.map(([field, value]) => [field.toLowerCase(), value]));
  const name = fields.get('package') ?? '';
  const service = deb.texts.get(settingsPath(name));
  return {
    deb,
    name,
    fields,
    conffiles: conffilesOf(deb),
    scripts: scriptsOf(deb),
    units: new Map([...deb.texts].filter(([file]) => unitPath.test(file))),
    files: new Map(deb.entries.map((entry) => [entry.path, entry])),
    service: service === undefined ? null : parseServiceSettings(service),
  };
}
