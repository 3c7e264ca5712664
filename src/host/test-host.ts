import type { Host } from './host.ts';

/** A throwaway Debian that this machine boots, and can treat as badly as power and disks do. */
export interface TestHost extends Host {
  /** Unique on this machine. */
  readonly name: string;
  readonly address4: string;
  readonly address6: string;

  /** Copies a file, or what is in a directory, from the host; the local parent must exist. */
  copyOut(remote: string, local: string): Promise<void>;

  /** Switches a host on that is off, and waits until systemd has finished booting (running or degraded). */
  boot(): Promise<void>;
  /** An orderly shutdown; resolves when the host is off. Its disk is kept. */
  powerOff(): Promise<void>;
  /**
   * Ends every process at once. The disk is kept as the kernel saw it: what was written but not synced is still
   * there, so this shows what a crash at that moment leaves half-done, not what a lost disk cache does.
   */
  cutPower(): Promise<void>;
}

export const debianReleases = { 11: 'bullseye', 12: 'bookworm', 13: 'trixie' } as const;
export type DebianRelease = keyof typeof debianReleases;

export interface TestHostOptions {
  debian: DebianRelease;
  /** May processes take a descriptor from another by pidfd_getfd(2)? Containers often forbid it. True unless given. */
  allowPidfdGetfd?: boolean;
  /** Does dpkg sync what it unpacks, as on a real server? False unless given: faster. */
  syncingDpkg?: boolean;
  /** Debian packages that the host has besides the usual ones. */
  packages?: readonly string[];
  /** Called with a line now and then while something slow goes on, such as the first making of a root. */
  progress?: (line: string) => void;
}
