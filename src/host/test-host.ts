/** A throwaway Debian with a real systemd as PID 1. */
export interface TestHost {
  /** Unique on this machine. */
  readonly name: string;
  readonly address4: string;
  readonly address6: string;

  /**
   * Runs a command as root, in a session of its own, with a login's environment (PATH, HOME=/root, LANG=C.UTF-8) and
   * nothing else. Rejects with CommandFailed where it exits with anything but 0 (unless `check` is false), is killed,
   * or outlives `timeout`; it is then killed with its whole process group.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;

  /** Copies a file, or what is in a directory, to an absolute path; parents are made. Owned by root, modes kept. */
  copyIn(local: string, remote: string): Promise<void>;
  /** Copies a file, or what is in a directory, from the host; the local parent must exist. */
  copyOut(remote: string, local: string): Promise<void>;

  /** Switches a host on that is off, and waits until systemd has finished booting (running or degraded). */
  boot(): Promise<void>;
  /** An orderly reboot, as `systemctl reboot` does it; resolves when the host has booted again. */
  reboot(): Promise<void>;
  /** An orderly shutdown; resolves when the host is off. Its disk is kept. */
  powerOff(): Promise<void>;
  /**
   * Ends every process at once. The disk is kept as the kernel saw it: what was written but not synced is still
   * there, so this shows what a crash at that moment leaves half-done, not what a lost disk cache does.
   */
  cutPower(): Promise<void>;

  /** The argv that runs a command on this machine's files, in the network namespace from which the host is reached. */
  fromClient(argv: readonly string[]): string[];

  /** Ends and removes all of it. May be called twice, and at any time. */
  dispose(): Promise<void>;
}

export interface RunOptions {
  /** Standard input; empty unless given. */
  input?: string | Uint8Array;
  /** In ms; 120,000 unless given. */
  timeout?: number;
  env?: Readonly<Record<string, string>>;
  /** False: an exit code other than 0 is an answer, not an error. */
  check?: boolean;
}

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A command on a test host did not end as it should. */
export class CommandFailed extends Error {
  override name = 'CommandFailed';
  readonly argv: readonly string[];
  readonly outcome: Outcome;

  constructor(argv: readonly string[], how: string, outcome: Outcome) {
    super(
      [`${argv.join(' ')}: ${how}`, outcome.stdout.trim(), outcome.stderr.trim()].filter(Boolean).join('\n'),
    );
    this.argv = argv;
    this.outcome = outcome;
  }
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
