import { open, stat } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import type { ControlFields, HostPath } from '../package/package.ts';
import { printableLine } from '../printable.ts';
import { type ArMember, listArMembers } from './ar-members.ts';
import { type DigestName, digestInto, textInto, together } from './content-sinks.ts';
import { parseControlFile } from './control-file.ts';
import { type TarEntry, visitTarEntries } from './tar-entries.ts';

export interface ReadDeb {
  /** The ar members, in their order. */
  members: readonly ArMember[];
  /** The fields of the control file in their order, further lines as they stand. */
  control: ControlFields;
  /** Every file of the control member by its name: control, md5sums, postinst … */
  controlFiles: ReadonlyMap<string, string>;
  /** The control member's own entries, in its order. */
  controlEntries: readonly TarEntry[];
  /** In the archive's order, `/` included. */
  entries: readonly TarEntry[];
  /** The contents of the files that were asked for. */
  texts: ReadonlyMap<HostPath, string>;
  /** Of every file's content, in hexadecimal, where one was asked for. A path that is there twice has its last one's. */
  digests: ReadonlyMap<HostPath, string>;
}

export interface ReadDebOptions {
  /** Which files' contents are wanted, as text; they are read in the same pass. None by default. */
  wantsText?: (path: HostPath, entry: TarEntry) => boolean;
  /** The digest of every file's content. None by default. */
  digest?: DigestName;
}

/** What a package may ask us to hold in memory, in bytes and entries; far more than any real one does. */
const largestText = 16 << 20;
const largestControl = 1 << 20;
const largestControlFile = 4 << 20;
const largestChecksums = 64 << 20;
const largestTexts = 96 << 20;
const largestNames = 128 << 20;
/** In characters. */
const longestMessage = 500;
const mostEntries = 500_000;

/**
 * Reads a .deb (deb(5), format 2) of any compression that mkdeb writes, by whomever it was made, in one pass over the
 * data and with bounded memory. Throws BadInput of one line that begins with the path for a file that is missing, no
 * package, broken, cut off, or so large in any way that it can only be meant as harm.
 */
export async function readDeb(path: string, options: ReadDebOptions = {}): Promise<ReadDeb> {
  try {
    const members = await membersOf(path);
    const [controlMember, dataMember] = tarMembers(members);
    const room = { texts: largestTexts, names: largestNames };
    const { controlFiles, controlEntries } = await readControl(path, controlMember, room);
    const control = controlFiles.get('control');
    if (control === undefined) throw new BadInput(`${controlMember.name} has no control file`);
    const data = await readData(path, dataMember, options, room);
    return { members, control: parseControlFile(control), controlFiles, controlEntries, ...data };
  } catch (error) {
    const isFromSystem = typeof (error as NodeJS.ErrnoException).code === 'string';
    if (!(error instanceof BadInput || isFromSystem)) throw error;
    throw new BadInput(printableLine(`${path}: ${shortened((error as Error).message.trim())}`));
  }
}

/** A hostile package may have us quote a megabyte: what is said stands at either end. */
function shortened(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage / 2)} … ${message.slice(-longestMessage / 2)}`;
}

/** How many bytes may still be held. */
interface Room {
  texts: number;
  names: number;
}

async function readControl(path: string, member: ArMember, room: Room) {
  const controlFiles = new Map<string, string>();
  const controlEntries: TarEntry[] = [];
  const limit = (name: string) =>
    name === 'control' ? largestControl : name === 'md5sums' ? largestChecksums : largestControlFile;
  await visitTarEntries(path, member, (entry) => {
    keep(controlEntries, entry, room);
    if (entry.kind !== 'file') return undefined;
    const name = entry.path.slice(1);
    takeText(entry, limit(name), room);
    return textInto((text) => controlFiles.set(name, text));
  });
  return { controlFiles, controlEntries };
}

async function readData(path: string, member: ArMember, options: ReadDebOptions, room: Room) {
  const { wantsText = () => false, digest } = options;
  const entries: TarEntry[] = [];
  const texts = new Map<HostPath, string>();
  const digests = new Map<HostPath, string>();
  await visitTarEntries(path, member, (entry) => {
    keep(entries, entry, room);
    if (entry.kind !== 'file') return undefined;
    const sinks = [];
    if (wantsText(entry.path, entry)) {
      takeText(entry, largestText, room);
      sinks.push(textInto((text) => texts.set(entry.path, text)));
    }
    if (digest !== undefined) sinks.push(digestInto(digest, (hex) => digests.set(entry.path, hex)));
    return together(sinks);
  });
  return { entries, texts, digests };
}

function keep(entries: TarEntry[], entry: TarEntry, room: Room): void {
  room.names -= entry.path.length + (entry.target?.length ?? 0);
  if (entries.push(entry) > mostEntries || room.names < 0) {
    throw new BadInput(`more than ${mostEntries} entries, or ${largestNames} bytes of names`);
  }
}

function takeText(entry: TarEntry, limit: number, room: Room): void {
  room.texts -= entry.size;
  if (entry.size > limit || room.texts < 0) throw new BadInput(`${entry.path} is too large to be shown`);
}

async function membersOf(path: string): Promise<ArMember[]> {
  // Looked at first: opening a pipe would wait for somebody to write into it.
  const file = await stat(path)
    .then((found) => {
      if (!found.isFile()) throw new BadInput('it is not a file');
      return open(path);
    })
    .catch((error: NodeJS.ErrnoException) => {
      throw new BadInput(error.code === 'ENOENT' ? 'there is no such file' : error.message);
    });
  try {
    const members = await listArMembers(file);
    const first = members[0];
    if (first?.name !== 'debian-binary') {
      throw new BadInput('not a Debian package: its first member is not debian-binary');
    }
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(16),
      0,
      Math.min(first.size, 16),
      first.offset,
    );
    const version = buffer.toString('latin1', 0, bytesRead);
    if (!/^2\.\d+\n/.test(version)) {
      throw new BadInput(`its format is ${JSON.stringify(version)}; only 2.0 and its kin are known`);
    }
    return members;
  } finally {
    await file.close();
  }
}

/** Names that begin with `_` may stand anywhere after the first, as dpkg has it; what follows the data is ignored. */
function tarMembers(members: readonly ArMember[]): [control: ArMember, data: ArMember] {
  const [, control, data] = members.filter(({ name }) => !name.startsWith('_'));
  if (control === undefined || !/^control\.tar(\.|$)/.test(control.name)) {
    throw new BadInput(
      `not a Debian package: expected control.tar after debian-binary, found ${control?.name ?? 'nothing'}`,
    );
  }
  if (data === undefined || !/^data\.tar(\.|$)/.test(data.name)) {
    throw new BadInput(
      `not a Debian package: expected data.tar after ${control.name}, found ${data?.name ?? 'nothing'}`,
    );
  }
  return [control, data];
}
