import { BadInput } from './bad-input.ts';
import { printableLine } from './printable.ts';

/** What became of a file or a folder of the app that cannot be read, or is not there any more. */
export function unreadable(path: string, error: unknown): BadInput {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new BadInput(
      `${printableLine(path)} vanished while the package was built: build again when nothing changes it`,
    );
  }
  return new BadInput(`${printableLine(path)} cannot be read: ${message}`);
}

/** Throws BadInput where that fails for what is at `path`. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error);
  }
}
