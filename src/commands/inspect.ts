import { type ReadDeb, readDeb } from '../deb/read-deb.ts';
import type { TarEntry } from '../deb/tar-entries.ts';
import { maintainerScriptNames } from '../package/package.ts';
import { formatSize } from './quantities.ts';

export interface InspectOptions {
  json?: boolean;
}

const unit = /^\/(?:usr\/lib|lib|etc)\/systemd\/(?:system|user)\/[^/]+\.[a-z]+$/;

/** `mkdeb inspect`: what a package holds, anybody's: its fields, files, units and scripts. */
export async function inspect(path: string, { json = false }: InspectOptions): Promise<void> {
  const deb = await readDeb(path, { wantsText: (file) => unit.test(file) });
  process.stdout.write(json ? `${JSON.stringify(asJson(path, deb))}\n` : asText(deb));
}

function scriptsOf(deb: ReadDeb): [name: string, text: string][] {
  return maintainerScriptNames.flatMap((name) => {
    const text = deb.controlFiles.get(name);
    return text === undefined ? [] : [[name, text] as [string, string]];
  });
}

function conffilesOf(deb: ReadDeb): string[] {
  return (deb.controlFiles.get('conffiles') ?? '').split('\n').filter((line) => line !== '');
}

function asJson(path: string, deb: ReadDeb): unknown {
  return {
    path,
    members: deb.members.map(({ name, size }) => ({ name, size })),
    control: Object.fromEntries(deb.control),
    conffiles: conffilesOf(deb),
    scripts: Object.fromEntries(scriptsOf(deb)),
    units: Object.fromEntries(deb.texts),
    files: deb.entries.map((entry) => ({ ...entry, mode: entry.mode.toString(8).padStart(4, '0') })),
  };
}

function asText(deb: ReadDeb): string {
  const fields = deb.control.map(([name, value]) => `${name}: ${value}`).join('\n');
  const members = deb.members.map(({ name, size }) => `${name} (${formatSize(size)})`).join(', ');
  const conffiles = new Set(conffilesOf(deb));
  const files = deb.entries.filter(({ kind }) => kind !== 'directory').length;
  const width = Math.max(...deb.entries.map(({ size }) => size.toLocaleString('en').length), 1);
  const parts = [
    `${fields}\n`,
    heading(`Members: ${members}`),
    heading(`Files: ${files.toLocaleString('en')}`),
    ...deb.entries.map((entry) => `${fileLine(entry, width, conffiles)}\n`),
    ...[...deb.texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]) => `${heading(`Unit: ${path}`)}${text}`),
    ...scriptsOf(deb).map(([name, text]) => `${heading(`Script: ${name}`)}${text}`),
  ];
  return printable(parts.join(''));
}

function heading(text: string): string {
  return `\n── ${text}\n`;
}

function fileLine(entry: TarEntry, width: number, conffiles: ReadonlySet<string>): string {
  const target =
    entry.target === undefined ? '' : ` ${entry.kind === 'symlink' ? '->' : 'link to'} ${entry.target}`;
  const mark = conffiles.has(entry.path) ? ' (conffile)' : '';
  const size = entry.size.toLocaleString('en').padStart(width);
  return `${modeText(entry)} ${entry.owner}:${entry.group} ${size} ${entry.path}${target}${mark}`;
}

const kindLetters: Readonly<Record<TarEntry['kind'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
};

/** As `ls -l` and `dpkg-deb -c` write it. */
function modeText({ kind, mode }: TarEntry): string {
  const letters = [6, 3, 0].map((shift, i) => {
    const bits = (mode >> shift) & 7;
    const special = (mode & (0o4000 >> i)) !== 0;
    const letter = i === 2 ? 't' : 's';
    const execute = special
      ? (bits & 1) !== 0
        ? letter
        : letter.toUpperCase()
      : (bits & 1) !== 0
        ? 'x'
        : '-';
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${execute}`;
  });
  return kindLetters[kind] + letters.join('');
}

/** A package may come from anywhere: nothing of it reaches the terminal as a control sequence. */
function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n\t]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
