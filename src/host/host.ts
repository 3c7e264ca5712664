/** A Debian with a real systemd as PID 1, on which upgrades can be rehearsed. */
export interface Host {
  /** For people: `root@staging`, say. */
  readonly name: string;
  /** An IPv4 or IPv6 address at which the host is reached from its clients' network. */
  readonly address: string;
  /** An IPv6 address at which it is reached besides, where `address` is an IPv4 one; null: none that is known. */
  readonly otherAddress: string | null;
  /** It is thrown away, or put back to what it was, whatever is done to it. Else it is somebody's. */
  readonly throwaway: boolean;

  /**
   * Runs a command as root, in a session of its own, with a login's environment (PATH, HOME=/root, LANG=C.UTF-8) and
   * nothing else. Rejects with CommandFailed where it exits with anything but 0 (unless `check` is false), is killed,
   * or outlives `timeout`; it is then killed with its whole process group.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;

  /** Copies a file, or what is in a directory, to an absolute path; parents are made. Owned by root, modes kept. */
  copyIn(local: string, remote: string): Promise<void>;

  /** An orderly reboot, as `systemctl reboot` does it; resolves when the host has booted again (running or degraded). */
  reboot(): Promise<void>;

  /** By how many ms the host's clock is ahead of this machine's (negative: behind), measured now. */
  clockAhead(): Promise<number>;

  /** The argv that runs a command on this machine's files, in the network namespace from which the host is reached. */
  fromClient(argv: readonly string[]): string[];

  /** Lets go of the host, and removes what was made for it. May be called twice, and at any time. */
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
