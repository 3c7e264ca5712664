import { inThousands } from '../in-thousands.ts';
import { printableLine } from '../printable.ts';
import type { FileFacts } from './file-facts.ts';

/** A file as `ls -l` and `dpkg-deb -c` write it, safe to print; its size in `width` characters. */
export function listingLine(file: FileFacts, width = 0): string {
  const target =
    file.target === undefined ? '' : ` ${file.kind === 'symlink' ? '->' : 'link to'} ${file.target}`;
  const size = inThousands(file.size).padStart(width);
  return printableLine(`${modeText(file)} ${file.owner}:${file.group} ${size} ${file.path}${target}`);
}

const kindLetters: Readonly<Record<FileFacts['kind'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
};

function modeText({ kind, mode }: FileFacts): string {
  const bits = Number.parseInt(mode, 8);
  const letters = [6, 3, 0].map((shift, i) => {
    const three = (bits >> shift) & 7;
    const special = (bits & (0o4000 >> i)) !== 0;
    const letter = i === 2 ? 't' : 's';
    const execute = special
      ? (three & 1) !== 0
        ? letter
        : letter.toUpperCase()
      : (three & 1) !== 0
        ? 'x'
        : '-';
    return `${(three & 4) !== 0 ? 'r' : '-'}${(three & 2) !== 0 ? 'w' : '-'}${execute}`;
  });
  return kindLetters[kind] + letters.join('');
}
