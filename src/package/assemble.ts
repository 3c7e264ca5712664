import type { BundledNode } from '../bundled-node/bundle-node.ts';
import type { AppConfig, Handoff } from '../config/app-config.ts';
import { jobRecommends } from '../config/extras.ts';
import type { UserScriptName } from '../config/packaging.ts';
import { mergeRelations } from '../depends/merge-relations.ts';
import { type HostSetup, needsScripts, noSetup, setupDepends } from '../extras/host-setup.ts';
import type { ReadExtras } from '../extras/read-extras.ts';
import type { UserFiles } from '../payload/user-files.ts';
import { renderBundledNode } from '../render/bundled-node.ts';
import { renderChangelogEntries } from '../render/changelog.ts';
import { renderDocumentation } from '../render/documentation.ts';
import { gzip } from '../render/gzip.ts';
import { renderMaintainerScripts } from '../render/maintainer-scripts.ts';
import { controlDescription, controlValue } from '../render/quote/control.ts';
import { renderServiceFiles } from '../render/service-files.ts';
import type { ControlFields, Entry, FileEntry, MaintainerScriptName, Package } from './package.ts';
import type { Payload } from './payload.ts';

/** What the handoff needs on the host besides Essential packages; systemd 247 is Debian 11's. */
const runtimeDepends = ['init-system-helpers (>= 1.54)', 'passwd', 'systemd (>= 247)'];
/** What single handoffs call besides. */
const handoffDepends: Partial<Record<Handoff, readonly string[]>> = { vip: ['iproute2', 'nftables'] };

export interface AssembleOptions {
  arch: string;
  epochSeconds: number;
  /** What `contents` put anywhere on the host. */
  contents: readonly Entry[];
  files: UserFiles;
  /** The Node that the service brings, or null. */
  node: BundledNode | null;
  extras: ReadExtras;
}

/**
 * The whole package of an app: its payload under /usr/lib/NAME/dist, and around it what makes it a service. Pure. Throws
 * BadInput for a value that cannot be written where it belongs.
 */
export function assemblePackage(
  config: AppConfig,
  payload: Payload,
  { contents, files, node, extras, ...options }: AssembleOptions,
): Package {
  const { service } = config;
  const { license } = payload;
  const withRelease = extras.setup.units
    .filter(({ upgrade }) => upgrade === 'with-release')
    .map(({ name }) => name);
  return {
    control: controlFields(config, options.arch, extras.setup, node?.relations),
    entries: [
      ...payload.entries.map((entry) => underDist(config.name, entry)),
      ...(service ? renderServiceFiles(config, service, withRelease) : []),
      ...(node ? renderBundledNode(config.name, node) : []),
      // A copyright file or a changelog of the user's own goes before the ones made here.
      ...renderDocumentation(config, options.epochSeconds, license, files.changelog, node).filter(
        (entry) => !contents.some(({ path }) => path === entry.path),
      ),
      ...contents,
      ...extras.entries,
    ],
    scripts:
      service || needsScripts(extras.setup)
        ? renderMaintainerScripts(config, service, files.scripts, extras.setup)
        : ownScripts(files),
    controlFiles: { ...controlFiles(config, files), ...extras.controlFiles },
  };
}

/** The package that nfpm would make: what the configuration names, and nothing besides. Pure. */
export function assembleNfpmPackage(
  config: AppConfig,
  options: Omit<AssembleOptions, 'epochSeconds' | 'node' | 'extras'>,
): Package {
  const { contents, files } = options;
  const changelog: FileEntry[] =
    files.changelog === null
      ? []
      : [
          {
            kind: 'file',
            path: `/usr/share/doc/${config.name}/changelog.Debian.gz`,
            mode: 0o644,
            content: { bytes: gzip(renderChangelogEntries(config.name, files.changelog)) },
          },
        ];
  return {
    control: controlFields(config, options.arch, noSetup),
    entries: [...contents, ...changelog],
    scripts: ownScripts(files),
    controlFiles: controlFiles(config, files),
  };
}

const scriptNames: Readonly<Record<UserScriptName, MaintainerScriptName>> = {
  preinstall: 'preinst',
  postinstall: 'postinst',
  preremove: 'prerm',
  postremove: 'postrm',
};

/** The user's scripts as they are, as dpkg's. */
function ownScripts({ scripts }: UserFiles): Package['scripts'] {
  return Object.fromEntries(
    Object.entries(scripts).map(([name, bytes]) => [scriptNames[name as UserScriptName], bytes]),
  );
}

function controlFiles({ packaging }: AppConfig, files: UserFiles): NonNullable<Package['controlFiles']> {
  return packaging.triggers === ''
    ? files.controlFiles
    : { ...files.controlFiles, triggers: packaging.triggers };
}

/** An entry of a payload, which is relative to it, where its package has it on the host. */
export function underDist(name: string, entry: Entry): Entry {
  const at = (path: string) => `/usr/lib/${name}/dist/${path}`;
  if (entry.kind === 'hardlink') return { ...entry, path: at(entry.path), target: at(entry.target) };
  return { ...entry, path: at(entry.path) };
}

/** The fields of the control file, in Policy 5.3's order. */
function controlFields(
  config: AppConfig,
  arch: string,
  setup: HostSetup,
  nodeDepends: readonly string[] = [],
): ControlFields {
  const { relations, packaging } = config;
  const needed = [
    ...(config.service ? [...runtimeDepends, ...(handoffDepends[config.service.handoff] ?? [])] : []),
    ...setupDepends(setup),
  ];
  const depends = mergeRelations([...(relations.depends ?? []), ...nodeDepends, ...needed.sort()]);
  const recommends = mergeRelations([...(relations.recommends ?? []), ...jobRecommends(config.extras)]);
  const relation = (name: string, list: readonly string[] | undefined) =>
    list?.length ? [[name, list.map(controlValue).join(', ')] as const] : [];
  return [
    ['Package', controlValue(config.name)],
    ['Version', controlValue(config.version)],
    ['Architecture', controlValue(arch)],
    ...packaging.fields.filter(isMultiArchField),
    ...(packaging.archVariant === null
      ? []
      : [['Architecture-Variant', controlValue(packaging.archVariant)] as const]),
    ['Maintainer', controlValue(config.maintainer)],
    ...relation('Pre-Depends', relations.predepends),
    ...relation('Depends', depends),
    ...relation('Recommends', recommends),
    ...relation('Suggests', relations.suggests),
    ...relation('Enhances', relations.enhances),
    ...relation('Breaks', relations.breaks),
    ...relation('Conflicts', relations.conflicts),
    ...relation('Provides', relations.provides),
    ...relation('Replaces', relations.replaces),
    ...(config.section === null ? [] : [['Section', controlValue(config.section)] as const]),
    ['Priority', controlValue(config.priority)],
    ...(config.homepage === null ? [] : [['Homepage', controlValue(config.homepage)] as const]),
    ['Description', controlDescription(config.synopsis, config.description)],
    ...packaging.fields.filter((field) => !isMultiArchField(field)),
  ];
}

function isMultiArchField([name]: ControlFields[number]): boolean {
  return name.toLowerCase() === 'multi-arch';
}
