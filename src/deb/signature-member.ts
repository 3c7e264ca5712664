import type { ArContent } from './ar-archive.ts';
import { bytesOf } from './part.ts';

/** Who signs a package, as debsigs(1) has them. */
export const signatureTypes = ['origin', 'maint', 'archive'] as const;
export type SignatureType = (typeof signatureTypes)[number];

/** What signs the bytes of a package's members. */
export type SignMembers = (data: AsyncIterable<Uint8Array>) => Promise<Buffer>;

/** The ar member that holds a signature: debsigs writes it after the others, debsig-verify looks for it. */
export function signatureMemberName(type: SignatureType): string {
  return `_gpg${type}`;
}

/** What is signed: the contents of debian-binary, the control and the data member in this order, without their headers. */
export async function* signedBytes(members: readonly ArContent[]): AsyncGenerator<Uint8Array> {
  // The signer takes them at its own pace, and a block is used again.
  for (const { content } of members) for await (const block of bytesOf(content)) yield Buffer.from(block);
}
