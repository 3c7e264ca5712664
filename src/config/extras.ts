import type { NamedFile } from './packaging.ts';
import type { ConfigFile } from './schema.ts';
import { type Path, valueAt } from './source-document.ts';

/** Files that are put into a directory of their kind under a name, and what is to be known of each kind. */
export const installedKinds = [
  'bash',
  'zsh',
  'fish',
  'sysusers',
  'tmpfiles',
  'sysctl',
  'udev',
  'crontab',
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'logrotate',
] as const;
export type InstalledKind = (typeof installedKinds)[number];

export interface InstalledFile extends NamedFile {
  kind: InstalledKind;
  /** Its name on the host without prefix and extension; null: the kind's default for the package. */
  name: string | null;
}

export const documentKinds = ['manpages', 'docs', 'examples', 'info'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A file, a directory or a pattern. */
export interface DocumentFile extends NamedFile {
  kind: DocumentKind;
}

export interface AlternativeLink {
  name: string;
  link: string;
  path: string;
}

export interface Alternative extends AlternativeLink {
  priority: number;
  dependents: readonly AlternativeLink[];
  /** For messages: `mkdeb.yaml:12:5: alternatives[0]`. */
  place: string;
}

export type UnitUpgrade = 'restart' | 'reload' | 'none' | 'with-release';

export interface UnitFile extends NamedFile {
  name: string;
  /** Null: as the unit's [Install] section says. */
  enable: boolean | null;
  /** Null: as `enable`. */
  start: boolean | null;
  /** Null: a restart where it is started, sockets and targets apart; else nothing. */
  upgrade: UnitUpgrade | null;
}

/** What the package carries beside its files, checked and completed as far as that goes without reading them. */
export interface Extras {
  documents: readonly DocumentFile[];
  installed: readonly InstalledFile[];
  alternatives: readonly Alternative[];
  debconf: { templates: NamedFile; config: NamedFile } | null;
  units: readonly UnitFile[];
}

export const noExtras: Extras = { documents: [], installed: [], alternatives: [], debconf: null, units: [] };

const defaultPriority = 50;

/** Completes the keys of extras-schema.ts; they are well-formed. */
export function completeExtras(given: ConfigFile, place: (path: Path) => string): Extras {
  const at = (path: Path) =>
    `${place(path)}: ${path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')}`;
  const named = (path: Path, file: string): NamedFile => ({ path: file, place: at(path) });

  const documents = documentKinds.flatMap((kind) => {
    const files = given[kind] ?? [];
    return typeof files === 'string'
      ? [{ kind, ...named([kind], files) }]
      : files.map((file, i) => ({ kind, ...named([kind, i], file) }));
  });
  const installed = installedKinds.flatMap((kind): InstalledFile[] => {
    const path = pathOf(kind);
    const files = (valueAt(given, path) ?? {}) as string | Readonly<Record<string, string>>;
    return typeof files === 'string'
      ? [{ kind, name: null, ...named(path, files) }]
      : Object.entries(files).map(([name, file]) => ({ kind, name, ...named([...path, name], file) }));
  });
  const { debconf } = given;
  return {
    documents,
    installed,
    alternatives: (given.alternatives ?? []).map((one, i) => ({
      ...one,
      priority: one.priority ?? defaultPriority,
      dependents: one.dependents ?? [],
      place: at(['alternatives', i]),
    })),
    debconf:
      debconf === undefined
        ? null
        : {
            templates: named(['debconf', 'templates'], debconf.templates),
            config: named(['debconf', 'config'], debconf.config),
          },
    units: (given.units ?? []).map((one, i) => {
      const { file, name, enable, start, upgrade } = typeof one === 'string' ? { file: one } : one;
      return {
        ...named(typeof one === 'string' ? ['units', i] : ['units', i, 'file'], file),
        name: name ?? file.slice(file.lastIndexOf('/') + 1),
        enable: enable ?? null,
        start: start ?? null,
        upgrade: upgrade ?? null,
      };
    }),
  };
}

/** What runs the jobs that the package carries: without it they would lie there. */
export function jobRecommends({ installed }: Extras): string[] {
  const has = (...kinds: InstalledKind[]) => installed.some(({ kind }) => kinds.includes(kind));
  return [
    ...(has('crontab', 'hourly', 'daily', 'weekly', 'monthly') ? ['cron | cron-daemon'] : []),
    ...(has('logrotate') ? ['logrotate'] : []),
  ];
}

/** Where the configuration has a kind. */
function pathOf(kind: InstalledKind): string[] {
  switch (kind) {
    case 'bash':
    case 'zsh':
    case 'fish':
      return ['completions', kind];
    case 'crontab':
    case 'hourly':
    case 'daily':
    case 'weekly':
    case 'monthly':
      return ['cron', kind];
    default:
      return [kind];
  }
}
