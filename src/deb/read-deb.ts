import { open } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import type { ControlFields, HostPath } from '../package/package.ts';
import { type ArMember, listArMembers } from './ar-members.ts';
import { parseControlFile } from './control-file.ts';
import { type TarEntry, visitTarEntries } from './tar-entries.ts';

export interface ReadDeb {
  /** The ar members, in their order. */
  members: readonly ArMember[];
  /** The fields of the control file in their order, further lines as they stand. */
  control: ControlFields;
  /** Every file of the control member by its name: control, md5sums, postinst … */
  controlFiles: ReadonlyMap<string, string>;
  /** In the archive's order, `/` included. */
  entries: readonly TarEntry[];
  /** The contents of the files that were asked for. */
  texts: ReadonlyMap<HostPath, string>;
}

export interface ReadDebOptions {
  /** Which files' contents are wanted, as text; they are read in the same pass. None by default. */
  wantsText?: (path: HostPath) => boolean;
}

/** What a package may ask us to hold in memory, in bytes and entries; far more than any real one does. */
const largestText = 16 << 20;
const largestControlFile = 64 << 20;
const largestTexts = 256 << 20;
const mostEntries = 2_000_000;

/**
 * Reads a .deb (deb(5), format 2) of any compression that mkdeb writes, by whomever it was made, in one pass over the
 * data and with bounded memory. Throws BadInput that begins with the path for a file that is missing, no package,
 * broken or cut off.
 */
export async function readDeb(
  path: string,
  { wantsText = () => false }: ReadDebOptions = {},
): Promise<ReadDeb> {
  try {
    const members = await membersOf(path);
    const [controlMember, dataMember] = tarMembers(members);
    const controlFiles = new Map<string, string>();
    const texts = new Map<HostPath, string>();
    const entries: TarEntry[] = [];
    let held = 0;
    const read = async (
      entry: TarEntry,
      content: AsyncIterable<Uint8Array>,
      limit: number,
      into: Map<string, string>,
      name: string,
    ) => {
      held += entry.size;
      if (entry.size > limit || held > largestTexts)
        throw new BadInput(`${entry.path} is too large to be shown`);
      into.set(name, await textOf(content));
    };
    await visitTarEntries(path, controlMember, (entry, content) =>
      entry.kind === 'file'
        ? read(entry, content, largestControlFile, controlFiles, entry.path.slice(1))
        : undefined,
    );
    const control = controlFiles.get('control');
    if (control === undefined) throw new BadInput(`${controlMember.name} has no control file`);
    await visitTarEntries(path, dataMember, (entry, content) => {
      if (entries.push(entry) > mostEntries) throw new BadInput(`it has more than ${mostEntries} entries`);
      if (entry.kind !== 'file' || !wantsText(entry.path)) return;
      return read(entry, content, largestText, texts, entry.path);
    });
    return { members, control: parseControlFile(control), controlFiles, entries, texts };
  } catch (error) {
    if (error instanceof BadInput) throw new BadInput(`${path}: ${error.message}`);
    throw error;
  }
}

async function membersOf(path: string): Promise<ArMember[]> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(error.code === 'ENOENT' ? 'there is no such file' : error.message);
  });
  try {
    if (!(await file.stat()).isFile()) throw new BadInput('it is not a file');
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

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
