import type { Alternative, UnitUpgrade } from '../config/extras.ts';

/** A unit of the user's, as the maintainer scripts treat it. */
export interface SetUpUnit {
  name: string;
  /** Whether it starts at boot; where it is also started, `start`. */
  enable: boolean;
  start: boolean;
  upgrade: UnitUpgrade;
}

/** What the maintainer scripts do on the host for what the package carries. */
export interface HostSetup {
  /** Names of files in sysusers.d, tmpfiles.d and sysctl.d. */
  sysusers: readonly string[];
  tmpfiles: readonly string[];
  sysctl: readonly string[];
  udev: boolean;
  alternatives: readonly Alternative[];
  units: readonly SetUpUnit[];
  debconf: boolean;
}

export const noSetup: HostSetup = {
  sysusers: [],
  tmpfiles: [],
  sysctl: [],
  udev: false,
  alternatives: [],
  units: [],
  debconf: false,
};

/** Whether there is anything to do when the package is configured, debconf and units apart. */
export function setsUp(setup: HostSetup): boolean {
  const { sysusers, tmpfiles, sysctl, udev, alternatives, units } = setup;
  return (
    udev ||
    [sysusers, tmpfiles, sysctl, alternatives].some((list) => list.length > 0) ||
    units.some(({ enable }) => enable)
  );
}

/** Whether the package needs maintainer scripts for it. */
export function needsScripts(setup: HostSetup): boolean {
  return setup.debconf || setup.units.length > 0 || setsUp(setup);
}

/** What the host needs for it. */
export function setupDepends(setup: HostSetup): string[] {
  return [
    ...(setup.debconf ? ['debconf (>= 0.5) | debconf-2.0'] : []),
    ...(setup.units.length > 0 ? ['init-system-helpers (>= 1.54)'] : []),
    ...(setup.sysusers.length > 0 ? ['systemd | systemd-standalone-sysusers | systemd-sysusers'] : []),
    ...(setup.tmpfiles.length > 0 ? ['systemd | systemd-standalone-tmpfiles | systemd-tmpfiles'] : []),
  ];
}
