import type { Writable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { BadInput } from '../bad-input.ts';
import type { HostPath } from '../package/package.ts';
import type { ArMember } from './ar-members.ts';
import { decompressMember } from './decompress.ts';

/** An entry as it stands in a package's data or control member. */
export interface TarEntry {
  /** From the root on: `/usr/bin/app`; `/` for the root itself. */
  path: HostPath;
  kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character-device' | 'block-device' | 'fifo';
  /** Permission bits with set-id and sticky. */
  mode: number;
  /** Names, or numbers where the archive has no names. */
  owner: string;
  group: string;
  /** In bytes. */
  size: number;
  mtime: Date;
  /** Of a symlink, as written; of a hard link, the path of its file. */
  target?: string;
}

/**
 * Reads a member's tar archive, checksums verified, and shows each entry. The visitor reads the content, or returns
 * nothing and it is skipped. Throws BadInput, with the member's name, for what is broken or cut off.
 */
export async function visitTarEntries(
  path: string,
  member: ArMember,
  visit: (entry: TarEntry, content: AsyncIterable<Uint8Array>) => Promise<void> | undefined,
): Promise<void> {
  // Its streams are streamx's: Node takes them as its own, its types do not.
  const tar = extract();
  tar.on('entry', (header, content, next) => {
    try {
      const visited = visit(tarEntry(header), content as unknown as AsyncIterable<Uint8Array>);
      if (visited === undefined) {
        content.on('end', () => next());
        content.resume();
      } else {
        visited.then(() => next(), next);
      }
    } catch (error) {
      next(error as Error);
    }
  });
  try {
    await decompressMember(path, member, tar as unknown as Writable);
  } catch (error) {
    throw new BadInput(`${member.name}: ${(error as Error).message}`);
  }
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
  'character-device': 'character-device',
  'block-device': 'block-device',
  fifo: 'fifo',
};

function tarEntry(header: Header): TarEntry {
  const kind = kinds[header.type];
  if (kind === undefined) throw new BadInput(`${header.name} is of a kind that dpkg does not know`);
  const entry: TarEntry = {
    path: fromRoot(header.name),
    kind,
    mode: header.mode,
    owner: header.uname || String(header.uid),
    group: header.gname || String(header.gid),
    size: kind === 'file' ? header.size : 0,
    mtime: header.mtime,
  };
  if (kind === 'symlink') entry.target = header.linkname ?? '';
  if (kind === 'hardlink') entry.target = fromRoot(header.linkname ?? '');
  return entry;
}

/** `./usr/bin/` → `/usr/bin` */
function fromRoot(name: string): HostPath {
  return `/${name.replace(/^(?:\.?\/)+|^\.$/, '').replace(/\/+$/, '')}`;
}
