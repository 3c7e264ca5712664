import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import { arHeaderSize, arMagic, encodeArHeader } from './ar-header.ts';
import { type ArMember, listArMembers } from './ar-members.ts';
import { writeWholeFile } from './scratch-file.ts';
import { type SignatureType, type SignMembers, signatureMemberName } from './signature-member.ts';
import { writeWhole } from './write-whole.ts';

/** Throws BadInput, beginning with the path, for what is no whole .deb. */
export async function checkSignable(path: string): Promise<void> {
  await withMembers(path, async () => {});
}

/**
 * Puts a signature into a .deb, after its other members, in place of one of the same type; every other byte stays. The
 * file is the signed one or the one that it was, never half of either. Throws BadInput for what is no whole .deb.
 */
export async function signDeb(
  path: string,
  type: SignatureType,
  sign: SignMembers,
  signal: AbortSignal,
): Promise<void> {
  await withMembers(path, async (file, members) => {
    const name = signatureMemberName(type);
    const signature = await sign(contents(path, signedMembers(members)));
    const kept = members.filter((member) => member.name !== name);
    await writeWholeFile(path, signal, async (signed) => {
      await signed.chmod((await file.stat()).mode & 0o777);
      let position = 0;
      const append = async (bytes: Uint8Array) => {
        signal.throwIfAborted();
        await writeWhole(signed, bytes, position);
        position += bytes.length;
      };
      await append(Buffer.from(arMagic));
      for (const { offset, size } of kept) {
        for await (const block of bytesBetween(path, offset - arHeaderSize, offset + size))
          await append(block);
        if (size % 2 === 1) await append(Buffer.from('\n'));
      }
      // As `ar rD` writes it, which debsigs calls: the time is in the signature itself.
      await append(encodeArHeader({ name, size: signature.length }, 0));
      await append(signature);
      if (signature.length % 2 === 1) await append(Buffer.from('\n'));
    });
  });
}

async function withMembers<T>(
  path: string,
  task: (file: FileHandle, members: readonly ArMember[]) => Promise<T>,
): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(`${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  try {
    return await task(file, await membersOf(path, file));
  } finally {
    await file.close();
  }
}

async function membersOf(path: string, file: FileHandle): Promise<ArMember[]> {
  try {
    if (!(await file.stat()).isFile()) throw new BadInput('it is not a file');
    const members = await listArMembers(file);
    signedMembers(members);
    return members;
  } catch (error) {
    if (error instanceof BadInput) throw new BadInput(`${path}: ${error.message}`);
    throw error;
  }
}

/** What debsig-verify hashes: the first of each, whatever lies between them. */
function signedMembers(members: readonly ArMember[]): ArMember[] {
  return ['debian-binary', 'control.tar', 'data.tar'].map((wanted) => {
    const member = members.find(({ name }) => name === wanted || name.startsWith(`${wanted}.`));
    if (member === undefined) throw new BadInput(`not a Debian package: it has no ${wanted}`);
    return member;
  });
}

/** An empty range yields nothing. */
async function* bytesBetween(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end > start) yield* createReadStream(path, { start, end: end - 1 });
}

async function* contents(path: string, members: readonly ArMember[]): AsyncGenerator<Uint8Array> {
  for (const { offset, size } of members) yield* bytesBetween(path, offset, offset + size);
}
