/** Where the bytes of an archive member go, compressed or not. */
export interface ByteSink {
  /**
   * Takes the next bytes, without waiting for the ones before. Resolves once the block may be used again: the caller
   * bounds what is under way by waiting for that. Rejects when the bytes cannot be written.
   */
  write(block: Buffer): Promise<void>;
  /** Resolves once everything is in the file. */
  end(): Promise<void>;
  /** Gives up; nothing under way touches the file afterwards. */
  abort(): Promise<void>;
}
