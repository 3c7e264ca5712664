import type { Outcome } from '../host/host.ts';

/** A host that mkdeb doctor asks. */
export interface AskedHost {
  /** For people: "this machine", or its address. */
  readonly called: string;
  /**
   * Runs a command there with `input` on its standard input, and gives what came of it whatever its exit code. Rejects
   * where it can't be run, and where the signal aborts: then when the command has ended, if that can be known.
   */
  run(argv: readonly string[], options: { input: Uint8Array; signal: AbortSignal }): Promise<Outcome>;

  /** Lets go of it. */
  dispose(): Promise<void>;
}
