import type { ReadDeb } from '../deb/read-deb.ts';
import { parseServiceSettings, type ServiceSettings, settingsPath } from '../package/service-settings.ts';

/** What an upgrade means for the service of a package that mkdeb has built; of anybody else's, nothing is said. */
export function serviceEffects(old: ReadDeb, next: ReadDeb, name: string): string[] {
  const [before, after] = [old, next].map((deb) => deb.texts.get(settingsPath(name)));
  if (before === undefined && after === undefined) return [];
  if (after === undefined) return ['the service is gone: the upgrade stops it'];
  if (before === undefined) {
    return ['the service is mkdeb’s from now on: this upgrade is a restart, the next one a handoff'];
  }
  const [one, other] = [parseServiceSettings(before), parseServiceSettings(after)];
  return [handoffEffect(one, other), ...settingEffects(one, other)];
}

function handoffEffect(one: ServiceSettings, other: ServiceSettings): string {
  const reason = restartReason(one, other);
  if (reason !== null)
    return `${reason}: this upgrade is a restart, and new connections in between are refused`;
  const handoff = other.get('HANDOFF') ?? '';
  if (handoff === 'reuseport' && one.get('RUN_AS') !== other.get('RUN_AS')) {
    return `the user changes from ${one.get('RUN_AS')} to ${other.get('RUN_AS')}, whom Linux does not let listen beside it: the upgrade will be refused`;
  }
  return `the service is handed over (${handoff}), with no request lost`;
}

/** As the runtime decides it (templates/runtime, obstacle). */
function restartReason(one: ServiceSettings, other: ServiceSettings): string | null {
  const changed = (key: string, what: string) =>
    one.get(key) === other.get(key)
      ? null
      : `${what} changes from ${one.get(key) ?? ''} to ${other.get(key) ?? ''}`;
  const handoff = changed('HANDOFF', 'the handoff');
  if (handoff !== null) return handoff;
  if (other.get('HANDOFF') === 'socket') return changed('LISTEN', 'what systemd listens on for it');
  if (other.get('HANDOFF') === 'reload') return changed('RUN_AS', 'the user');
  return null;
}

/** Those that clients or admins notice, with their unit. */
const noticed: readonly [key: string, what: string, unit?: string][] = [
  ['LISTEN', 'it listens on'],
  ['HEALTH_PATH', 'its health check asks'],
  ['HEALTH_WITHIN_MS', 'it may take until it is healthy', 'ms'],
  ['DRAIN_WAIT_MS', 'apt waits for the drain', 'ms'],
  ['DRAIN_LIMIT_MS', 'the drain may take', 'ms'],
  ['KEEP', 'releases that are kept'],
  ['CANARY', 'canary steps'],
  ['PROBATION_MS', 'probation', 'ms'],
  ['RUN_AS', 'it runs as'],
  ['HOOKS', 'hooks, with their user and time in ms'],
  ['WITH_RELEASE', 'units that are restarted with a release'],
];

function settingEffects(one: ServiceSettings, other: ServiceSettings): string[] {
  return noticed.flatMap(([key, what, unit]) => {
    const [before, after] = [one.get(key) ?? '', other.get(key) ?? ''];
    const told = (value: string) =>
      value === '' ? 'nothing' : unit === undefined ? value : `${value} ${unit}`;
    return before === after ? [] : [`${what}: ${told(before)} -> ${told(after)}`];
  });
}
