import type { FileHandle } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import { arHeaderSize, arMagic, decodeArHeader } from './ar-header.ts';

export interface ArMember {
  name: string;
  size: number;
  /** Where its data begins in the file. */
  offset: number;
}

/** A .deb has three members; some tools add a signature or two. */
const mostMembers = 64;

/** The members of an ar archive in their order. Throws BadInput where it is broken or cut off. */
export async function listArMembers(file: FileHandle): Promise<ArMember[]> {
  const { size: fileSize } = await file.stat();
  if ((await bytesAt(file, 0, arMagic.length)).toString('latin1') !== arMagic) {
    throw new BadInput('not a Debian package: it does not begin as an ar archive does');
  }
  const members: ArMember[] = [];
  let position = arMagic.length;
  while (position < fileSize) {
    const { name, size } = decodeArHeader(await bytesAt(file, position, arHeaderSize));
    const offset = position + arHeaderSize;
    if (offset + size > fileSize) {
      throw new BadInput(
        `cut off: ${name} should hold ${size} bytes, and the file has ${fileSize - offset} of them`,
      );
    }
    if (members.push({ name, size, offset }) > mostMembers) {
      throw new BadInput(`more than ${mostMembers} ar members: not a Debian package`);
    }
    position = offset + size + (size % 2);
  }
  return members;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
