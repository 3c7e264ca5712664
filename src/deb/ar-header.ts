/** The ar format as deb(5) uses it: an 8-byte magic, then members of a 60-byte header and data padded to even length. */
import { BadInput } from '../bad-input.ts';

export const arMagic = '!<arch>\n';
export const arHeaderSize = 60;

/** The header's size field has ten decimal digits. */
export const arLargestMember = 9_999_999_999;

const headerEnd = '`\n';

export interface ArHeader {
  name: string;
  /** In bytes, the padding left out. */
  size: number;
}

/** The header of a member of root:root, mode 0644. Throws BadInput for more bytes than the format can count. */
export function encodeArHeader(member: ArHeader, mtimeSeconds: number): Buffer {
  if (member.name.length > 16) throw new Error(`ar member name ${member.name} is longer than 16 bytes`);
  if (member.size > arLargestMember) {
    throw new BadInput(
      `${member.name} would hold ${member.size} bytes, and a .deb's member at most ${arLargestMember} (deb(5)): ship less, or compress it`,
    );
  }
  const fields: ReadonlyArray<readonly [value: string, width: number]> = [
    [member.name, 16],
    [String(mtimeSeconds), 12],
    ['0', 6],
    ['0', 6],
    ['100644', 8],
    [String(member.size), 10],
  ];
  return Buffer.from(fields.map(([value, width]) => value.padEnd(width)).join('') + headerEnd, 'latin1');
}

/** The other way round. Throws BadInput for anything that is not a header. */
export function decodeArHeader(header: Buffer): ArHeader {
  const text = header.toString('latin1');
  const size = text.slice(48, 58).trimEnd();
  if (text.length !== arHeaderSize || !text.endsWith(headerEnd) || !/^\d+$/.test(size)) {
    throw new BadInput('broken ar archive: this is not a member header');
  }
  // System V's ar ends names with a slash, dpkg's does not.
  return { name: text.slice(0, 16).trimEnd().replace(/\/$/, ''), size: Number(size) };
}
