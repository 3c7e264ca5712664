import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { FileEntry } from '../package/package.ts';

const names = /^(licen[cs]e|copying)([.-](md|txt|mit|apache))?$/i;
/** The longest licence in use has 35 kB; anything far longer is not one text. */
const largest = 200_000;

/** The text of the app's own licence file at its root, or null; form feeds, which the GPL comes with, become newlines. */
export function licenseText(files: readonly FileEntry[]): string | null {
  const file = files.find(({ path }) => names.test(path));
  if (file === undefined || !('disk' in file.content) || file.content.size > largest) return null;
  const bytes = readFileSync(file.content.disk);
  if (!isUtf8(bytes)) return null;
  const text = bytes
    .toString()
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?|\f/g, '\n')
    .replaceAll('\t', '        ');
  return /[^\P{Cc}\n]/u.test(text) ? null : text;
}
