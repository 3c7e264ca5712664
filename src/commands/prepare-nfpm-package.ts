import { BadInput } from '../bad-input.ts';
import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { type ReadContents, readContents } from '../contents/read-contents.ts';
import { noReadExtras } from '../extras/read-extras.ts';
import { inThousands } from '../in-thousands.ts';
import { appInContents } from '../nfpm/app-in-contents.ts';
import { assembleNfpmPackage, assemblePackage } from '../package/assemble.ts';
import type { Entry, FileEntry, HostPath } from '../package/package.ts';
import { licenseText } from '../payload/license-file.ts';
import type { ReadPayload } from '../payload/read-payload.ts';
import { readUserFiles } from '../payload/user-files.ts';
import { packageChangelog } from '../render/changelog.ts';
import { renderServiceFiles } from '../render/service-files.ts';
import { refuseMultiArch, refuseOtherArchitecture } from './check-architecture.ts';
import { packageTime } from './package-time.ts';
import {
  ownNode,
  type PreparedPackage,
  stoppingWarnings,
  withChangelog,
  withNode,
} from './prepare-package.ts';

/**
 * The package that nfpm would make of the nfpm.yaml `file`; with a `service`, the one that mkdeb makes of the app among
 * its contents. Throws BadInput for what can't be one.
 */
export async function prepareNfpmPackage(loaded: LoadedConfig, file: string): Promise<PreparedPackage> {
  const { config, dir } = loaded;
  const { packaging, arch } = config;
  const warnings = [...loaded.warnings];
  const contents = readContents(dir, packaging.contents, packaging.contentsOptions);
  const files = await withChangelog(dir, config, readUserFiles(dir, packaging), warnings);
  const epochSeconds = packaging.mtimeSeconds ?? (await packageTime(dir)) ?? contents.newestSeconds;
  refuseOtherArchitecture(loaded, arch, contents.entries);
  refuseMultiArch(loaded, arch, contents.entries);
  const count = contents.entries.filter(({ kind }) => kind !== 'directory').length;
  const payload: ReadPayload = {
    entries: [],
    nativeArch: null,
    summary: `${inThousands(count)} files that ${file} names`,
    license: null,
    newestSeconds: contents.newestSeconds,
  };
  const changelog = packageChangelog(config, epochSeconds, files.changelog);
  const prepared = { config, dir, payload, node: null, arch, epochSeconds, changelog, warnings };
  if (config.service === null) {
    return { ...prepared, pkg: assembleNfpmPackage(config, { arch, contents: contents.entries, files }) };
  }
  warnings.push(...stoppingWarnings(config, files));
  const app = appOf(loaded, config.service, contents);
  warnings.push(...app.warnings);
  const withService: AppConfig = { ...config, service: { ...config.service, exec: app.exec } };
  const release = { ...payload, entries: app.payload, license: licenseText(app.payload.filter(isFile)) };
  const node = await ownNode(dir, config, arch, warnings);
  const options = { arch, epochSeconds, contents: app.contents, files, node, extras: noReadExtras };
  return {
    ...{ ...prepared, config: withService, payload: withNode(release, node), node },
    pkg: assemblePackage(withService, release, options),
  };
}

function appOf({ config, place }: LoadedConfig, service: ServiceConfig, contents: ReadContents) {
  const app = appInContents({
    ...{ name: config.name, service, entries: contents.entries },
    serviceAt: (key) => place(['service', ...key.split('.')]),
    contentAt: contents.placeOf,
  });
  const made = new Set(
    renderServiceFiles(config, { ...service, exec: app.exec }, []).map(({ path }) => path),
  );
  const mistakes = app.contents
    .filter(({ path }) => made.has(unitAlias(path)))
    .map(
      ({ path }) => `${contents.placeOf(path)}.dst: mkdeb makes ${path} itself, from service; leave it out`,
    );
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
  return app;
}

/** Where systemd looks for a unit, told as mkdeb does: /lib is /usr/lib, and /etc goes before it. */
function unitAlias(path: HostPath): HostPath {
  return path
    .replace(/^(?:\/lib|\/etc)\/systemd\/system\//, '/usr/lib/systemd/system/')
    .replace(/^\/lib\//, '/usr/lib/');
}

function isFile(entry: Entry): entry is FileEntry {
  return entry.kind === 'file';
}
