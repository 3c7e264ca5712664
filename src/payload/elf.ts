/** How much of a file `elfArchitecture` wants to see. */
export const elfHeaderSize = 64;

const isHardFloat = 0x400;

/**
 * The Debian architecture of an ELF file from its first bytes (elf(5)); null for what is not ELF, and for machines that
 * Debian doesn't run on (BPF, microcontrollers), whose files are data here.
 */
export function elfArchitecture(header: Uint8Array): string | null {
  if (
    header.length < 52 ||
    header[0] !== 0x7f ||
    header[1] !== 0x45 ||
    header[2] !== 0x4c ||
    header[3] !== 0x46
  ) {
    return null;
  }
  const is64 = header[4] === 2;
  const littleEndian = header[5] === 1;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  switch (view.getUint16(18, littleEndian)) {
    case 3:
      return 'i386';
    case 8:
      return is64 ? 'mips64el' : 'mipsel';
    case 21:
      return littleEndian ? 'ppc64el' : 'ppc64';
    case 22:
      return 's390x';
    case 40:
      // e_flags of a 32-bit header; shared objects of old toolchains have no float flag, and armel is all but gone.
      return (view.getUint32(36, littleEndian) & isHardFloat) !== 0 || header[16] === 3 ? 'armhf' : 'armel';
    case 62:
      return is64 ? 'amd64' : 'x32';
    case 183:
      return 'arm64';
    case 243:
      return is64 ? 'riscv64' : null;
    case 258:
      return 'loong64';
    default:
      return null;
  }
}
