import type { HostPath } from '../package/package.ts';
import type { ReadDeb } from './read-deb.ts';
import type { TarEntry } from './tar-entries.ts';

/** What a package says of one path, times left out. */
export interface FileFacts {
  path: HostPath;
  kind: TarEntry['kind'];
  /** Octal, four digits. */
  mode: string;
  owner: string;
  group: string;
  /** In bytes. */
  size: number;
  target?: string;
  /** Of a file's content. */
  sha256?: string;
}

/** The facts of an entry as they stand in results. */
export function facts(entry: TarEntry, { digests }: ReadDeb): FileFacts {
  const { path, kind, mode, owner, group, size, target } = entry;
  const sha256 = kind === 'file' ? digests.get(path) : undefined;
  return {
    path,
    kind,
    mode: mode.toString(8).padStart(4, '0'),
    owner,
    group,
    size,
    ...(target === undefined ? {} : { target }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}
