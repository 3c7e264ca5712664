import { facts } from '../deb/file-facts.ts';
import { listingLine } from '../deb/listing-line.ts';
import { conffilesOf, scriptsOf } from '../deb/package-contents.ts';
import { type ReadDeb, readDeb } from '../deb/read-deb.ts';
import { unitPath } from '../deb/unit-path.ts';
import { inThousands } from '../in-thousands.ts';
import { jsonPieces } from '../json-pieces.ts';
import { printable, printableLine } from '../printable.ts';
import { print } from './print.ts';
import { formatSize } from './quantities.ts';

export interface InspectOptions {
  json?: boolean;
}

/** `mkdeb inspect`: what a package holds, anybody's: its fields, files, units and scripts. */
export async function inspect(path: string, { json = false }: InspectOptions): Promise<void> {
  const deb = await readDeb(path, {
    wantsText: (file) => unitPath.test(file),
    ...(json ? { digest: 'sha256' } : {}),
  });
  if (json) {
    print(jsonPieces(asJson(path, deb)));
    print(['\n']);
  } else {
    print(asText(deb));
  }
}

function asJson(path: string, deb: ReadDeb): object {
  return {
    path,
    members: deb.members.map(({ name, size }) => ({ name, size })),
    control: Object.fromEntries(deb.control),
    conffiles: conffilesOf(deb),
    scripts: Object.fromEntries(scriptsOf(deb)),
    units: Object.fromEntries(deb.texts),
    controlFiles: deb.controlEntries
      .filter(({ kind }) => kind === 'file')
      .map(({ path: file, mode, size }) => ({ name: file.slice(1), mode: octal(mode), size })),
    files: deb.entries.map((entry) => ({ ...facts(entry, deb), mtime: entry.mtime })),
  };
}

function* asText(deb: ReadDeb): Generator<string> {
  yield printable(deb.control.map(([name, value]) => `${name}: ${value}\n`).join(''));
  yield heading(
    `Members: ${deb.members.map(({ name, size }) => `${name} (${formatSize(size)})`).join(', ')}`,
  );
  const files = deb.entries.filter(({ kind }) => kind !== 'directory').length;
  yield heading(`Files: ${inThousands(files)}`);
  const conffiles = new Set(conffilesOf(deb));
  const largest = deb.entries.reduce((size, entry) => Math.max(size, entry.size), 0);
  const width = inThousands(largest).length;
  for (const entry of deb.entries) {
    const mark = conffiles.has(entry.path) ? ' (conffile)' : '';
    yield `${listingLine(facts(entry, deb), width)}${mark}\n`;
  }
  for (const [path, text] of [...deb.texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield `${heading(`Unit: ${path}`)}${printable(text)}`;
  }
  for (const [name, text] of scriptsOf(deb)) yield `${heading(`Script: ${name}`)}${printable(text)}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function heading(text: string): string {
  return `\n── ${printableLine(text)}\n`;
}
