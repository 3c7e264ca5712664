import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { elfArchitecture, elfHeaderSize } from './elf.ts';

/** What an ELF file says of itself (elf(5)). */
export interface ElfFile {
  /** The Debian architecture. */
  arch: string;
  /** `program` is what can be started or loaded; `part` a relocatable object or a core dump. */
  kind: 'program' | 'part';
  /** The libraries that it wants to be loaded with it (DT_NEEDED), in its order. */
  needed: readonly string[];
  /** Which versions of its symbols it wants of each library (.gnu.version_r): `libc.so.6` → `GLIBC_2.28`. */
  versions: ReadonlyMap<string, readonly string[]>;
  /** The GNU build id in hex, or null: the linker wrote none. */
  buildId: string | null;
  /** Whether strip would take something away: debugging sections, or the table of all symbols. */
  hasSymbols: boolean;
  /** Whether something follows what the headers tell of, as the script of a program that carries one. */
  hasAppendix: boolean;
}

interface Section {
  name: string;
  type: number;
  offset: number;
  size: number;
  link: number;
}

const [symbolTable, dynamicSection, noteSection, noBits, neededVersions] = [2, 6, 7, 8, 0x6ffffffe];
const dtNeeded = 1;
const buildIdNote = 3;
/** A section that is read whole; those that are have some kilobytes in the largest programs. */
const largestSection = 1 << 26;

/** Reads the ELF file at `path`; null for what is none, or is not for a machine of Debian's, or is broken. */
export function readElfFile(path: string): ElfFile | null {
  const file = openSync(path, 'r');
  try {
    return new ElfReader(file).read();
  } catch (error) {
    // An offset that leads out of the file.
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    closeSync(file);
  }
}

class ElfReader {
  readonly #file: number;
  readonly #size: number;
  #is64 = true;
  #littleEndian = true;

  constructor(file: number) {
    this.#file = file;
    this.#size = fstatSync(file).size;
  }

  read(): ElfFile | null {
    if (this.#size < elfHeaderSize) return null;
    const bytes = this.#bytes(0, elfHeaderSize);
    const arch = elfArchitecture(bytes);
    if (arch === null) return null;
    this.#is64 = bytes[4] === 2;
    this.#littleEndian = bytes[5] === 1;
    const header = view(bytes);
    const type = header.getUint16(16, this.#littleEndian);
    const sections = this.#sections(header);
    const dynamic = sections.find((section) => section.type === dynamicSection);
    return {
      arch,
      kind: type === 2 || type === 3 ? 'program' : 'part',
      needed: dynamic === undefined ? [] : this.#needed(dynamic, sections),
      versions: this.#versions(sections),
      buildId: this.#buildId(sections),
      hasSymbols: sections.some(
        (section) => section.type === symbolTable || /^\.z?debug_/.test(section.name),
      ),
      hasAppendix: this.#size > this.#end(header, sections),
    };
  }

  #sections(header: DataView): Section[] {
    const offset = this.#word(header, this.#is64 ? 40 : 32);
    const [entrySize, count, names] = [0, 2, 4].map((at) =>
      header.getUint16((this.#is64 ? 58 : 46) + at, this.#littleEndian),
    ) as [number, number, number];
    if (offset === 0 || count === 0) return [];
    const table = view(this.#bytes(offset, entrySize * count));
    const raw = Array.from({ length: count }, (_, i) => {
      const at = i * entrySize;
      const long = (place64: number, place32: number) =>
        this.#word(table, at + (this.#is64 ? place64 : place32));
      return {
        nameAt: table.getUint32(at, this.#littleEndian),
        type: table.getUint32(at + 4, this.#littleEndian),
        offset: long(24, 16),
        size: long(32, 20),
        link: table.getUint32(at + (this.#is64 ? 40 : 24), this.#littleEndian),
      };
    });
    const strings = raw[names];
    const texts = strings === undefined ? Buffer.alloc(0) : this.#bytes(strings.offset, strings.size);
    return raw.map(({ nameAt, ...section }) => ({ ...section, name: textAt(texts, nameAt) }));
  }

  #needed(dynamic: Section, sections: readonly Section[]): string[] {
    const strings = this.#strings(dynamic, sections);
    const entries = view(this.#content(dynamic));
    const step = this.#is64 ? 16 : 8;
    const needed: string[] = [];
    for (let at = 0; at + step <= entries.byteLength; at += step) {
      const tag = this.#word(entries, at);
      if (tag === 0) break;
      if (tag === dtNeeded) needed.push(textAt(strings, this.#word(entries, at + step / 2)));
    }
    return needed;
  }

  /** Elf_Verneed, each with its list of Elf_Vernaux; of the same size in both classes. */
  #versions(sections: readonly Section[]): Map<string, string[]> {
    const versions = new Map<string, string[]>();
    const section = sections.find(({ type }) => type === neededVersions);
    if (section === undefined) return versions;
    const strings = this.#strings(section, sections);
    const table = view(this.#content(section));
    const number = (at: number) => table.getUint32(at, this.#littleEndian);
    for (let at = 0, next = -1; next !== 0; at += next) {
      const names: string[] = [];
      for (let one = at + number(at + 8), step = -1; step !== 0; one += step) {
        names.push(textAt(strings, number(one + 8)));
        step = number(one + 12);
      }
      versions.set(textAt(strings, number(at + 4)), names);
      next = number(at + 12);
    }
    return versions;
  }

  #buildId(sections: readonly Section[]): string | null {
    for (const section of sections.filter(({ type }) => type === noteSection)) {
      const bytes = this.#content(section);
      const notes = view(bytes);
      for (let at = 0; at + 12 <= bytes.length; ) {
        const [nameSize, size, type] = [0, 4, 8].map((i) => notes.getUint32(at + i, this.#littleEndian)) as [
          number,
          number,
          number,
        ];
        const content = at + 12 + padded(nameSize);
        const isGnu = bytes.toString('latin1', at + 12, at + 12 + nameSize) === 'GNU\0';
        if (isGnu && type === buildIdNote && size > 1) return bytes.toString('hex', content, content + size);
        at = content + padded(size);
      }
    }
    return null;
  }

  /** Where the last of what the headers tell of ends. */
  #end(header: DataView, sections: readonly Section[]): number {
    const short = (at: number) => header.getUint16(at, this.#littleEndian);
    const [table, after] = this.#is64 ? [40, 54] : [32, 42];
    const programs = this.#word(header, this.#is64 ? 32 : 28) + short(after) * short(after + 2);
    const headers = this.#word(header, table) + short(after + 4) * short(after + 6);
    const contents = sections.filter(({ type }) => type !== noBits).map(({ offset, size }) => offset + size);
    // Without sections, all that there is to say is where the segments end; those files have nothing to strip.
    return sections.length === 0 ? this.#size : Math.max(programs, headers, ...contents);
  }

  #strings({ link }: Section, sections: readonly Section[]): Buffer {
    const strings = sections[link];
    return strings === undefined ? Buffer.alloc(0) : this.#content(strings);
  }

  #content({ type, offset, size }: Section): Buffer {
    return type === noBits ? Buffer.alloc(0) : this.#bytes(offset, size);
  }

  /** An address or a size, as wide as the class has them. */
  #word(from: DataView, at: number): number {
    return this.#is64
      ? Number(from.getBigUint64(at, this.#littleEndian))
      : from.getUint32(at, this.#littleEndian);
  }

  #bytes(offset: number, size: number): Buffer {
    if (size > largestSection || offset + size > this.#size) throw new RangeError('not in the file');
    const bytes = Buffer.alloc(size);
    readSync(this.#file, bytes, 0, size, offset);
    return bytes;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(strings: Buffer, at: number): string {
  const end = strings.indexOf(0, at);
  return strings.toString('utf8', at, end < 0 ? strings.length : end);
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
