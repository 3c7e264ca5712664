import {
  type CanaryConfig,
  type DrainConfig,
  type HealthConfig,
  type HookConfig,
  hookSteps,
  type ListenAddress,
  type ServiceConfig,
} from './app-config.ts';
import { likelyMeant } from './did-you-mean.ts';
import { parseDuration } from './duration.ts';
import { parseStatus } from './expected-status.ts';
import { parseListenAddress } from './listen-address.ts';
import type { Derived } from './manifest.ts';
import type { Command, NodeApp } from './node-app.ts';
import { isNode } from './node-engine.ts';
import { userNameFromPackage } from './package-name.ts';
import { parsePercentage } from './percentage.ts';
import type { ConfigFile } from './schema.ts';
import { splitShellWords } from './shell-words.ts';
import type { Path } from './source-document.ts';
import { knownDirectives, unitSections } from './unit-settings.ts';

type GivenService = NonNullable<ConfigFile['service']>;

export interface Service {
  config: ServiceConfig;
  /** Whether the host needs a Node of its own to run the command. */
  needsNode: boolean;
}

export interface IncompleteService {
  given: GivenService;
  /** The package's. */
  name: string;
  app: NodeApp | null;
  place(path: Path, what?: 'key'): string;
  wellFormed: boolean;
}

const second = 1_000;
const defaultHealth = { within: 30 * second, interval: 500, timeout: 2 * second, times: 3 };
const defaultDrain = { wait: 10 * second, limit: 60 * second, idle: 2 * second, stop: 30 * second };
const defaultHookTime = { prepare: 300 * second, ready: 60 * second, commit: 60 * second };
const defaultKeep = 3;
const defaultProbation = 300 * second;

/** Fills in what `service:` leaves out. The service is null where something is missing or `given` isn't well-formed. */
export function completeService({ given, name, app, place, wellFormed }: IncompleteService): {
  service: Service | null;
  mistakes: string[];
  warnings: string[];
} {
  const command =
    given.exec === undefined ? (app?.command() ?? {}) : wellFormed ? givenCommand(given.exec) : {};
  const mistakes: string[] = [];
  if (given.exec === undefined && command.value === undefined) {
    const from = app === null ? '' : ', and package.json has no scripts.start and no main';
    mistakes.push(
      command.mistake ??
        `${place(['service'], 'key')}: service.exec is missing${from}; add "exec: node server.js", say`,
    );
  }
  // Debian takes a `+` in a package's name, systemd takes none in a unit's (systemd.unit(5)).
  if (typeof name === 'string' && name.includes('+')) {
    mistakes.push(
      `${place(['name'])}: name is "${name}"; systemd takes no + in a unit’s name, give another name`,
    );
  }
  if (!wellFormed || mistakes.length > 0 || command.value === undefined)
    return { service: null, mistakes, warnings: [] };

  const needsNode = runsNode(command.value.words);
  const environment = { ...command.value.environment, ...texts(given.environment ?? {}) };
  return {
    service: {
      config: {
        exec: command.value.words,
        listeners: listeners(given.port),
        listen: given.listen ?? (listensItself(given) ? 'self' : 'fd'),
        handoff: given.handoff ?? 'reuseport',
        isolate: given.isolate ?? 'namespace',
        reload: { signal: given.reload?.signal ?? 'HUP' },
        health: completeHealth(given.health),
        drain: completeDrain(given.drain),
        keep: given.keep ?? defaultKeep,
        canary: completeCanary(given.canary),
        hooks: completeHooks(given.hooks, given.user ?? userNameFromPackage(name)),
        probation: ms(given.probation, defaultProbation),
        user: given.user ?? userNameFromPackage(name),
        environment,
        workers: given.workers ?? 1,
        preload: given.preload ?? (needsNode && given.listen !== 'self' && !listensItself(given)),
        node: given.node === undefined ? null : String(given.node),
        unit: unitSettings(given.unit),
      },
      needsNode: needsNode && given.node === undefined,
    },
    mistakes,
    warnings: [...unitWarnings(given.unit, place), ...userWarning(given, place)],
  };
}

/** Whether the handoff lets the app listen as it always does. */
function listensItself({ handoff }: GivenService): boolean {
  return handoff === 'vip' || handoff === 'reload';
}

function givenCommand(exec: NonNullable<GivenService['exec']>): Derived<Command> {
  if (Array.isArray(exec)) return { value: { words: exec, environment: {} } };
  const split = splitShellWords(exec);
  return 'words' in split ? { value: { words: split.words, environment: {} } } : {};
}

function runsNode([first = '', , script = '']: readonly string[]): boolean {
  if (first === '/bin/sh') return /^exec node(js)?\s/.test(script);
  return isNode(first) || first.startsWith('./node_modules/.bin/');
}

function listeners(port: GivenService['port']): ListenAddress[] {
  return (Array.isArray(port) ? port : [port]).map(parseListenAddress).filter((address) => address !== null);
}

function completeHealth(given: GivenService['health']): HealthConfig {
  const { path, expect, within, interval, timeout, times, notify } =
    typeof given === 'string' ? { path: given } : (given ?? {});
  const answer = typeof expect === 'object' ? expect : { status: expect };
  // A longer part that was given lengthens the default limit, a shorter limit shortens the other defaults.
  const limit = ms(within, Math.max(defaultHealth.within, ms(interval, 0), ms(timeout, 0)));
  return {
    path: path ?? null,
    status: (answer.status === undefined ? null : parseStatus(answer.status)) ?? [200, 399],
    body: answer.body ?? null,
    within: limit,
    interval: ms(interval, Math.min(defaultHealth.interval, limit)),
    timeout: ms(timeout, Math.min(defaultHealth.timeout, limit)),
    times: times ?? defaultHealth.times,
    notify: notify ?? false,
  };
}

function completeDrain(given: GivenService['drain']): DrainConfig {
  const { wait, limit, idle, stop } = typeof given === 'string' ? { limit: given } : (given ?? {});
  const most = ms(limit, Math.max(defaultDrain.limit, ms(wait, 0), ms(idle, 0)));
  return {
    wait: ms(wait, Math.min(defaultDrain.wait, most)),
    limit: most,
    idle: ms(idle, Math.min(defaultDrain.idle, most)),
    stop: ms(stop, defaultDrain.stop),
  };
}

function completeCanary(given: GivenService['canary']): CanaryConfig {
  const { steps = [], check } = Array.isArray(given) ? { steps: given, check: undefined } : (given ?? {});
  return {
    steps: steps.map((step) => ({ share: parsePercentage(step.share) ?? 0, duration: ms(step.for, 0) })),
    check: check === undefined ? [] : (givenCommand(check).value?.words ?? []),
  };
}

function completeHooks(given: GivenService['hooks'], user: string): HookConfig[] {
  return hookSteps.flatMap((step): HookConfig[] => {
    const one = given?.[step];
    if (one === undefined) return [];
    const hook = typeof one === 'string' || Array.isArray(one) ? { run: one } : one;
    const command = givenCommand(hook.run).value?.words ?? [];
    return [{ step, command, user: hook.user ?? user, within: ms(hook.within, defaultHookTime[step]) }];
  });
}

function ms(duration: string | undefined, otherwise: number): number {
  return (duration === undefined ? null : parseDuration(duration)) ?? otherwise;
}

function texts(values: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function unitSettings(unit: GivenService['unit']): ServiceConfig['unit'] {
  return Object.entries(unit ?? {}).flatMap(([section, settings]) =>
    Object.entries(settings ?? {}).flatMap(([key, value]) =>
      [value].flat().map((one) => [section, key, String(one)] as const),
    ),
  );
}

function unitWarnings(unit: GivenService['unit'], place: IncompleteService['place']): string[] {
  return unitSections.flatMap((section) => {
    const known = knownDirectives(section);
    return Object.keys(unit?.[section] ?? {})
      .filter((key) => !known.has(key))
      .map((key) => {
        const meant = likelyMeant(key, [...known]);
        const hint = meant === null ? '' : `; did you mean "${meant}"?`;
        return `${place(['service', 'unit', section, key], 'key')}: systemd 252 knows no ${key} in [${section}]${hint}`;
      });
  });
}

function userWarning(given: GivenService, place: IncompleteService['place']): string[] {
  if (given.user !== 'root') return [];
  return [
    `${place(['service', 'user'])}: the app will run as root; leave user out for a system user of its own`,
  ];
}
