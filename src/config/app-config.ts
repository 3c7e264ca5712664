import type { Extras } from './extras.ts';
import type { Packaging } from './packaging.ts';

/** The configuration of an app after it was read, checked, completed from package.json and normalised. */

/**
 * What becomes of the debug symbols of native code: they stay in it, are left out, or go into a package of their own.
 */
export const debugSymbolsModes = ['keep', 'strip', 'separate'] as const;
export type DebugSymbols = (typeof debugSymbolsModes)[number];

export interface AppConfig {
  name: string;
  /** A Debian version, epoch and revision included (Policy 5.6.12). */
  version: string;
  /** A Debian architecture, or `auto`: `all` unless the payload holds native code. */
  arch: string;
  maintainer: string;
  /** The synopsis, one line. */
  synopsis: string;
  /** The extended description, plain lines; empty only where an nfpm.yaml has none. */
  description: string;
  /** Null: the field is left out. */
  section: string | null;
  priority: string;
  homepage: string | null;
  license: string | null;
  relations: Readonly<
    Partial<
      Record<
        | 'depends'
        | 'recommends'
        | 'suggests'
        | 'conflicts'
        | 'replaces'
        | 'provides'
        | 'breaks'
        | 'predepends'
        | 'enhances',
        readonly string[]
      >
    >
  >;
  /** Ignore patterns in .gitignore's language, on top of mkdeb's own. */
  ignore: readonly string[];
  packaging: Packaging;
  debugSymbols: DebugSymbols;
  /** Manuals, jobs, rules, units and the like. */
  extras: Extras;
  /** Null: an ordinary package without a service. */
  service: ServiceConfig | null;
}

export interface ListenAddress {
  /** An IPv4 or IPv6 address, or null for every address of both families. */
  address: string | null;
  port: number;
}

/** The ways to hand over new connections. */
export const handoffs = ['reuseport', 'socket', 'reload', 'vip'] as const;
export type Handoff = (typeof handoffs)[number];

/** What keeps the instances apart with the handoff `vip`: a network namespace each, or an address each on the host. */
export const isolations = ['namespace', 'address'] as const;
export type Isolation = (typeof isolations)[number];

export interface ServiceConfig {
  /** argv. The first word: `./x` is a file of the release, a bare name is looked up on the host's PATH, else absolute. */
  exec: readonly string[];
  /** At least one. */
  listeners: readonly ListenAddress[];
  /** `fd`: the app takes its listening sockets from fd 3 on. `self`: it binds itself (with SO_REUSEPORT for reuseport). */
  listen: 'fd' | 'self';
  handoff: Handoff;
  /** For the handoff `vip`. */
  isolate: Isolation;
  /** For the handoff `reload`. */
  reload: ReloadConfig;
  health: HealthConfig;
  drain: DrainConfig;
  /** Releases kept on the host besides the ones in use. */
  keep: number;
  canary: CanaryConfig;
  /** At most one a step. */
  hooks: readonly HookConfig[];
  /** How long after its commit a release that fails for good gives way to the one before, in ms; 0: never. */
  probation: number;
  user: string;
  environment: Readonly<Record<string, string>>;
  /** Processes of the app, each with a socket of its own (`listen: fd`). */
  workers: number;
  /** A Node app that just listens on its port: the preload takes the inherited socket and drains on SIGTERM. */
  preload: boolean;
  /** The version of Node that comes with the package, `22` or `22.11.0`; null: the host's own. */
  node: string | null;
  /** Extra unit settings, verbatim, in the order written; they override mkdeb's own. */
  unit: ReadonlyArray<readonly [section: string, key: string, value: string]>;
}

/** What makes an app start its successor, by its name without SIG. */
export const reloadSignals = ['HUP', 'USR1', 'USR2'] as const;

export interface ReloadConfig {
  signal: (typeof reloadSignals)[number];
}

/** Times in ms. */
export interface HealthConfig {
  /** An HTTP path, or null: that a connection is accepted is enough. */
  path: string | null;
  /** Accepted HTTP status codes, both ends included. */
  status: readonly [from: number, to: number];
  /** The answer's body must contain this; null: anything. */
  body: string | null;
  /** How long the new instance may take until it is healthy. */
  within: number;
  interval: number;
  /** How long one check may take. */
  timeout: number;
  /** Successes in a row. */
  times: number;
  /** The app says itself when it is ready, with sd_notify(3). */
  notify: boolean;
}

export interface CanaryConfig {
  /** Before the switch, one after the other; the share in parts of a hundred, the duration in ms. */
  steps: ReadonlyArray<{ readonly share: number; readonly duration: number }>;
  /** argv of a command that has to succeed meanwhile; empty: none. */
  check: readonly string[];
}

/** The steps that a command of the user's own may follow. */
export const hookSteps = ['prepare', 'ready', 'commit'] as const;

export interface HookConfig {
  step: (typeof hookSteps)[number];
  /** argv; `./x` is a file of the release. */
  command: readonly string[];
  user: string;
  /** How long it may take, in ms. */
  within: number;
}

/** Times in ms. */
export interface DrainConfig {
  /** How long `apt` waits for the drain before the rest goes on detached. */
  wait: number;
  /** How long the old instance may drain before it is told to stop. */
  limit: number;
  /** A connection with nothing in flight for this long counts as done. */
  idle: number;
  /** From SIGTERM to SIGKILL. */
  stop: number;
}
