import type { AppConfig, Handoff } from '../config/app-config.ts';
import { renderDocumentation } from '../render/documentation.ts';
import { controlDescription, controlValue } from '../render/quote/control.ts';
import { renderMaintainerScripts, renderServiceFiles } from '../render/service-files.ts';
import type { ControlFields, Entry, Package } from './package.ts';
import type { Payload } from './payload.ts';

/** What the handoff needs on the host besides Essential packages; systemd 247 is Debian 11's. */
const runtimeDepends = ['init-system-helpers (>= 1.54)', 'passwd', 'systemd (>= 247)'];
/** What single handoffs call besides. */
const handoffDepends: Partial<Record<Handoff, readonly string[]>> = { vip: ['iproute2', 'nftables'] };

/**
 * The whole package of an app: its payload under /usr/lib/NAME/dist, and around it what makes it a service. Pure. Throws
 * BadInput for a value that cannot be written where it belongs.
 */
export function assemblePackage(
  config: AppConfig,
  payload: Payload,
  options: { arch: string; epochSeconds: number },
): Package {
  const { service } = config;
  const { license } = payload;
  return {
    control: controlFields(config, options.arch),
    entries: [
      ...payload.entries.map((entry) => underDist(config.name, entry)),
      ...(service ? renderServiceFiles(config, service) : []),
      ...renderDocumentation(config, options.epochSeconds, license),
    ],
    scripts: service ? renderMaintainerScripts(config, service) : {},
  };
}

function underDist(name: string, entry: Entry): Entry {
  const at = (path: string) => `/usr/lib/${name}/dist/${path}`;
  if (entry.kind === 'hardlink') return { ...entry, path: at(entry.path), target: at(entry.target) };
  return { ...entry, path: at(entry.path) };
}

/** The fields of the control file, in Policy 5.3's order. */
function controlFields(config: AppConfig, arch: string): ControlFields {
  const { relations } = config;
  const needed = config.service ? [...runtimeDepends, ...(handoffDepends[config.service.handoff] ?? [])] : [];
  const depends = [...(relations.depends ?? []), ...needed.sort()];
  const relation = (name: string, list: readonly string[] | undefined) =>
    list?.length ? [[name, list.map(controlValue).join(', ')] as const] : [];
  return [
    ['Package', controlValue(config.name)],
    ['Version', controlValue(config.version)],
    ['Architecture', controlValue(arch)],
    ['Maintainer', controlValue(config.maintainer)],
    ...relation('Pre-Depends', relations.predepends),
    ...relation('Depends', depends),
    ...relation('Recommends', relations.recommends),
    ...relation('Suggests', relations.suggests),
    ...relation('Enhances', relations.enhances),
    ...relation('Breaks', relations.breaks),
    ...relation('Conflicts', relations.conflicts),
    ...relation('Provides', relations.provides),
    ...relation('Replaces', relations.replaces),
    ['Section', controlValue(config.section)],
    ['Priority', controlValue(config.priority)],
    ...(config.homepage === null ? [] : [['Homepage', controlValue(config.homepage)] as const]),
    ['Description', controlDescription(config.synopsis, config.description)],
  ];
}
