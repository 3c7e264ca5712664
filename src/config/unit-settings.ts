import { unitDirectives } from './unit-directives.ts';

export const unitSections = ['Unit', 'Service'] as const;
export type UnitSection = (typeof unitSections)[number];

/** Directives that hold the handoff together, each with what to do instead. */
const owned: Readonly<Record<UnitSection, Readonly<Record<string, string>>>> = {
  Unit: {
    Description: 'it comes from description',
    DefaultDependencies: 'an instance has to stop with the system',
    PartOf: 'it ties the instances to <name>.service',
    StopWhenUnneeded: 'it would stop an instance in the middle of a handoff',
    BindsTo: 'it could stop an instance in the middle of a handoff',
    Conflicts: 'it could stop an instance in the middle of a handoff',
    RefuseManualStart: 'the handoff starts instances',
    RefuseManualStop: 'the handoff stops instances',
    CollectMode: 'failed instances are looked at after a handoff',
  },
  Service: {
    Type: 'the handoff has to know when an instance has started',
    ExecStart: 'use service.exec',
    ExecStop: 'the handoff drains an instance, then sends SIGTERM',
    ExecReload: 'a reload is a handoff',
    User: 'use service.user',
    Group: 'the group is that of service.user',
    DynamicUser: 'two instances would be two users; use service.user',
    WorkingDirectory: 'an instance runs in its release',
    RootDirectory: 'an instance runs in its release, under /usr/lib/<name>/releases',
    RootImage: 'an instance runs in its release, under /usr/lib/<name>/releases',
    Environment: 'use service.environment',
    UnsetEnvironment: 'it could take the listening sockets’ variables away',
    Restart: 'an instance that died has to come back, and one that was retired must not',
    RemainAfterExit: 'an instance that has exited must not look active',
    SuccessExitStatus: 'an instance that failed must not look well',
    KillSignal: 'the handoff sends SIGTERM',
    SendSIGKILL: 'an instance must not outlive service.drain.stop',
    TimeoutStopSec: 'use service.drain.stop',
    TimeoutSec: 'use service.health.within and service.drain.stop',
    RuntimeMaxSec: 'it would stop an instance without a handoff',
    PIDFile: 'the handoff finds the processes through the instance’s control group',
    Sockets: 'the launcher passes the sockets on',
    NotifyAccess: 'the handoff has to know when an instance has started',
    FileDescriptorStoreMax: 'the launcher passes the sockets on',
    PrivateNetwork: 'no client could reach the app',
    NetworkNamespacePath: 'no client could reach the app',
    Slice: 'set it in a drop-in on the host',
  },
};

/** The names that systemd 252 knows in a section, for warnings and proposals. */
export function knownDirectives(section: UnitSection): ReadonlySet<string> {
  return new Set(unitDirectives[section].trim().split(/\s+/));
}

/** Why `key` can't be set in `section`, or null. */
export function unitKeyMistake(section: UnitSection, key: string): string | null {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(key)) return 'expected the name of a systemd setting such as MemoryMax';
  const reason = owned[section][key];
  return reason === undefined ? null : `mkdeb sets this itself: ${reason}`;
}

/** Why `key` can't have this value, though it may be set, or null. */
export function unitChoiceMistake(section: UnitSection, key: string, value: string): string | null {
  if (section !== 'Service' || key !== 'KillMode' || value === 'mixed' || value === 'control-group')
    return null;
  return 'expected control-group or mixed: an instance must not leave processes behind';
}

/** Why `value` can't stand after `Key=` in a unit as it is, or null (systemd.syntax(7)). */
export function unitValueMistake(value: string): string | null {
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return 'a unit’s setting is one line without control characters';
  if (value.endsWith('\\')) return 'a backslash at the end would join the next line of the unit to this one';
  if (value.length > 10_000) return 'a unit’s setting has at most 10000 characters';
  return null;
}
