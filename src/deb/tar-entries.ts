import { Writable } from 'node:stream';
import { BadInput } from '../bad-input.ts';
import type { HostPath } from '../package/package.ts';
import type { ArMember } from './ar-members.ts';
import { decompressMember } from './decompress.ts';
import type { DecodedTarHeader } from './tar-decode.ts';
import { type ContentSink, TarReader } from './tar-reader.ts';

/** An entry as it stands in a package's data or control member. */
export interface TarEntry {
  /** From the root on: `/usr/bin/app`; `/` for the root itself. Bytes that are no UTF-8 stand as `\xNN`. */
  path: HostPath;
  kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character-device' | 'block-device' | 'fifo';
  /** Permission bits with set-id and sticky. */
  mode: number;
  /** Names, or numbers where the archive has no names; 0 is root. */
  owner: string;
  group: string;
  /** In bytes. */
  size: number;
  mtime: Date;
  /** Of a symlink, as written; of a hard link, the path of its file. */
  target?: string;
}

/** What a member may unpack to, in bytes: this much, or so many times its own size. */
const mostUnpacked = 2 * 2 ** 30;
const mostUnpackedTimes = 200;
/** Headers, long names' own included. */
const mostHeaders = 2_000_000;

/**
 * Reads a member's tar archive, checksums verified, and shows each entry. The visitor takes the content, or returns
 * nothing and it is passed over. Throws BadInput, with the member's name, for what is broken or cut off, for what
 * dpkg would refuse or read otherwise, for paths that lead out of the root, and for a member that unpacks to so much
 * that it can only be meant as harm.
 */
export async function visitTarEntries(
  path: string,
  member: ArMember,
  visit: (entry: TarEntry) => ContentSink | undefined,
): Promise<void> {
  const most = Math.max(mostUnpacked, mostUnpackedTimes * member.size);
  let unpacked = 0;
  let headers = 0;
  const check = (bytes: number) => {
    if (bytes > most) {
      throw new BadInput(
        `${member.size} bytes that unpack to more than ${most}: no package does; it is not read any further`,
      );
    }
  };
  const tar = new TarReader(
    (header) => visit(tarEntry(header)),
    ({ size }) => {
      check(size);
      if (++headers > mostHeaders) throw new BadInput(`more than ${mostHeaders} entries`);
    },
  );
  const consumer = new Writable({
    write(bytes: Buffer, _, done) {
      done(
        failureOf(() => {
          unpacked += bytes.length;
          check(unpacked);
          tar.push(bytes);
        }),
      );
    },
    final(done) {
      done(failureOf(() => tar.end()));
    },
  });
  try {
    await decompressMember(path, member, consumer);
  } catch (error) {
    throw new BadInput(`${member.name}: ${(error as Error).message}`);
  }
}

/** A stream hands errors on; what its functions throw ends the process. */
function failureOf(work: () => void): Error | null {
  try {
    work();
    return null;
  } catch (error) {
    return error as Error;
  }
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

function tarEntry(header: DecodedTarHeader): TarEntry {
  const kind = kinds[header.type];
  if (kind === undefined) {
    throw new BadInput(
      `${header.name} is of a kind that dpkg does not know (type ${JSON.stringify(header.type)})`,
    );
  }
  if (kind !== 'file' && header.size > 0) {
    throw new BadInput(
      `${header.name} is a ${kind} with ${header.size} bytes of content, which dpkg would take for further entries`,
    );
  }
  const entry: TarEntry = {
    path: fromRoot(header.name),
    kind,
    mode: header.mode,
    owner: header.user || nameOf(header.uid),
    group: header.group || nameOf(header.gid),
    size: header.size,
    mtime: new Date(header.mtimeSeconds * 1000),
  };
  if (kind === 'symlink') entry.target = header.target;
  if (kind === 'hardlink') entry.target = fromRoot(header.target);
  return entry;
}

function nameOf(id: number): string {
  return id === 0 ? 'root' : String(id);
}

/** `./usr/bin/` → `/usr/bin` */
function fromRoot(name: string): HostPath {
  if (name.includes('\n')) throw new BadInput(`${JSON.stringify(name)} has a line end, which dpkg refuses`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new BadInput(`the path ${name} leads out of where it is unpacked`);
  return `/${parts.join('/')}`;
}
