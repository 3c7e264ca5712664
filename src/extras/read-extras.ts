import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../bad-input.ts';
import type { AppConfig } from '../config/app-config.ts';
import type { DocumentFile, InstalledFile, UnitFile } from '../config/extras.ts';
import type { NamedFile } from '../config/packaging.ts';
import { findSources, onDisk } from '../contents/find-sources.ts';
import type { Entry, FileEntry, HostPath } from '../package/package.ts';
import { gzip } from '../render/gzip.ts';
import { wrongTemplates } from './debconf-templates.ts';
import { isCompressed } from './document.ts';
import { type WrongLine, wrongLines } from './file-lines.ts';
import { type HostSetup, noSetup, type SetUpUnit } from './host-setup.ts';
import { readManual } from './manual.ts';
import { placeOf } from './places.ts';
import { setUpUnit } from './unit-file.ts';

export interface ReadExtras {
  entries: Entry[];
  /** debconf's control files, where there are any. */
  controlFiles: { templates?: Uint8Array; config?: Uint8Array };
  setup: HostSetup;
  /** The newest modification time of a file in it, in seconds since 1970; 0 where there is none. */
  newestSeconds: number;
}

export const noReadExtras: ReadExtras = { entries: [], controlFiles: {}, setup: noSetup, newestSeconds: 0 };

/**
 * Reads what the package carries beside its files, relative to `root`, and finds out where it goes and what the
 * maintainer scripts have to do for it. Throws BadInput with every mistake, one a line: what is not there, and what the
 * programs on the host that read it would not take.
 */
export function readExtras(root: string, { name, extras, service }: AppConfig): ReadExtras {
  const reader = new ExtrasReader(root);
  const entries: Entry[] = [];
  const taken = new Map<HostPath, string>();
  const add = (entry: FileEntry | null, place: string) => {
    if (entry === null) return;
    const by = taken.get(entry.path);
    if (by === undefined) {
      taken.set(entry.path, place);
      entries.push(entry);
    } else {
      reader.mistakes.push(
        `${place}: ${entry.path} is in the package already, from ${by}; keep one of the two`,
      );
    }
  };

  for (const document of extras.documents) {
    for (const entry of documentEntries(reader, document, name)) add(entry, document.place);
  }
  const names: Record<'sysusers' | 'tmpfiles' | 'sysctl', string[]> = {
    sysusers: [],
    tmpfiles: [],
    sysctl: [],
  };
  for (const file of extras.installed) {
    const { path, mode, conffile } = placeOf(file.kind, file.name, name, service !== null);
    const bytes = installedBytes(reader, file);
    if (bytes === null) continue;
    add({ kind: 'file', path, mode, content: { bytes }, ...(conffile ? { conffile } : {}) }, file.place);
    if (file.kind === 'sysusers' || file.kind === 'tmpfiles' || file.kind === 'sysctl')
      names[file.kind].push(posix.basename(path));
  }
  const units: SetUpUnit[] = [];
  for (const file of extras.units) {
    const unit = readUnit(reader, file, name);
    if (unit === null) continue;
    units.push(unit.setUp);
    const path = `/usr/lib/systemd/system/${file.name}`;
    add({ kind: 'file', path, mode: 0o644, content: { bytes: unit.bytes } }, file.place);
  }
  const controlFiles = extras.debconf === null ? {} : readDebconf(reader, extras.debconf, name);
  if (reader.mistakes.length > 0) throw new BadInput(reader.mistakes.join('\n'));
  return {
    entries,
    controlFiles,
    setup: {
      ...names,
      udev: extras.installed.some(({ kind }) => kind === 'udev'),
      alternatives: extras.alternatives,
      units,
      debconf: extras.debconf !== null,
    },
    newestSeconds: reader.newestSeconds,
  };
}

/** Reads files, and collects what is wrong with them. */
class ExtrasReader {
  readonly mistakes: string[] = [];
  newestSeconds = 0;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** What a path or pattern names. */
  sources({ path, place }: NamedFile): { path: string; below: string }[] {
    const found = findSources(this.#root, path, false);
    if (typeof found !== 'string') return found;
    this.mistakes.push(`${place} is ${JSON.stringify(path)}; ${found}`);
    return [];
  }

  /** Where a file is, and what is to be known of it; null: a mistake was noted. */
  stat(path: string, named: NamedFile): { disk: string; size: number; mode: number } | null {
    const disk = resolve(onDisk(this.#root, path));
    const stats = this.#trying(path, named, () => statSync(disk));
    if (stats === null) return null;
    this.newestSeconds = Math.max(this.newestSeconds, Math.floor(stats.mtimeMs / 1_000));
    return { disk, size: stats.size, mode: stats.mode };
  }

  /** The bytes of a file that is not empty; null: a mistake was noted. */
  read(path: string, named: NamedFile): Buffer | null {
    const found = this.stat(path, named);
    const bytes = found === null ? null : this.#trying(path, named, () => readFileSync(found.disk));
    if (bytes?.length === 0) return this.#wrong(path, named, 'this file is empty');
    return bytes;
  }

  /** As `read`, of a file that may be compressed with gzip. */
  uncompressed(path: string, named: NamedFile): Buffer | null {
    const bytes = this.read(path, named);
    if (bytes === null || !path.endsWith('.gz')) return bytes;
    try {
      return gunzipSync(bytes);
    } catch {
      return this.#wrong(path, named, 'expected a file that gzip has compressed');
    }
  }

  /** As `read`, of a text. */
  text(path: string, named: NamedFile): { text: string; bytes: Buffer } | null {
    const bytes = this.read(path, named);
    if (bytes === null) return null;
    if (isUtf8(bytes) && !bytes.includes(0)) return { text: bytes.toString(), bytes };
    return this.#wrong(path, named, 'expected a text in UTF-8');
  }

  #trying<T>(path: string, named: NamedFile, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return this.#wrong(path, named, `there is no such file in ${this.#root}`);
      return this.#wrong(path, named, code === 'EISDIR' ? 'expected a file, this is a directory' : message);
    }
  }

  #wrong(path: string, { place }: NamedFile, message: string): null {
    this.mistakes.push(`${place} is ${JSON.stringify(path)}; ${message}`);
    return null;
  }

  lines(path: string, wrong: readonly WrongLine[]): void {
    for (const { line, message } of wrong)
      this.mistakes.push(`${onDisk(this.#root, path)}:${line}: ${message}`);
  }
}

function* documentEntries(
  reader: ExtrasReader,
  file: DocumentFile,
  name: string,
): Generator<FileEntry | null> {
  for (const { path, below } of reader.sources(file)) {
    if (file.kind === 'docs' || file.kind === 'examples') {
      yield documentEntry(
        reader,
        file,
        path,
        `/usr/share/doc/${name}`,
        below === '' ? posix.basename(path) : below,
      );
      continue;
    }
    const bytes = reader.uncompressed(path, file);
    if (bytes === null) continue;
    yield file.kind === 'manpages'
      ? manualEntry(reader, file, path, bytes)
      : compressed(`/usr/share/info/${posix.basename(path).replace(/\.gz$/, '')}`, bytes);
  }
}

function manualEntry(reader: ExtrasReader, file: NamedFile, path: string, bytes: Buffer): FileEntry | null {
  const manual = isUtf8(bytes) ? readManual(path, bytes.toString()) : 'expected a manual in UTF-8';
  if (typeof manual === 'string') {
    reader.mistakes.push(`${file.place} is ${JSON.stringify(path)}; ${manual}`);
    return null;
  }
  const { language, section, name } = manual;
  return compressed(`/usr/share/man/${language === null ? '' : `${language}/`}man${section}/${name}`, bytes);
}

/** Only what is compressed is read now; the others are when the package is written. */
function documentEntry(
  reader: ExtrasReader,
  file: DocumentFile,
  path: string,
  folder: HostPath,
  below: string,
): FileEntry | null {
  const found = reader.stat(path, file);
  if (found === null) return null;
  const { disk, size, mode } = found;
  if (file.kind === 'examples') {
    const program = (mode & 0o111) !== 0;
    return {
      kind: 'file',
      path: `${folder}/examples/${below}`,
      mode: program ? 0o755 : 0o644,
      content: { disk, size },
    };
  }
  if (!isCompressed(below, size)) {
    return { kind: 'file', path: `${folder}/${below}`, mode: 0o644, content: { disk, size } };
  }
  const read = reader.read(path, file);
  return read === null ? null : compressed(`${folder}/${below}`, read);
}

function compressed(path: HostPath, bytes: Uint8Array): FileEntry {
  return { kind: 'file', path: `${path}.gz`, mode: 0o644, content: { bytes: gzip(bytes) } };
}

function installedBytes(reader: ExtrasReader, file: InstalledFile): Uint8Array | null {
  const read = reader.text(file.path, file);
  if (read === null) return null;
  const isJob = ['hourly', 'daily', 'weekly', 'monthly'].includes(file.kind);
  if (isJob && !/^#! *\//.test(read.text)) {
    reader.mistakes.push(
      `${file.place} is ${JSON.stringify(file.path)}; its first line has to name what runs it, such as "#!/bin/sh"`,
    );
  }
  reader.lines(file.path, wrongLines(file.kind, read.text));
  return read.bytes;
}

function readUnit(
  reader: ExtrasReader,
  file: UnitFile,
  name: string,
): { setUp: SetUpUnit; bytes: Uint8Array } | null {
  const read = reader.text(file.path, file);
  const setUp = read === null ? null : setUpUnit(file, read.text, name);
  if (read === null || setUp === null) return null;
  if (typeof setUp === 'object') return { setUp, bytes: read.bytes };
  reader.mistakes.push(`${file.place} is ${JSON.stringify(file.path)}; ${setUp}`);
  return null;
}

function readDebconf(
  reader: ExtrasReader,
  debconf: { templates: NamedFile; config: NamedFile },
  name: string,
): ReadExtras['controlFiles'] {
  const templates = reader.text(debconf.templates.path, debconf.templates);
  const config = reader.text(debconf.config.path, debconf.config);
  if (templates !== null) reader.lines(debconf.templates.path, wrongTemplates(name, templates.text));
  if (config !== null && !/^#! *\//.test(config.text)) {
    reader.mistakes.push(
      `${debconf.config.place} is ${JSON.stringify(debconf.config.path)}; its first line has to name what runs it, such as "#!/bin/sh"`,
    );
  }
  return templates === null || config === null ? {} : { templates: templates.bytes, config: config.bytes };
}
