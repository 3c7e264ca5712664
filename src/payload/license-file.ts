import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { FileEntry } from '../package/package.ts';
import { reading } from '../unreadable.ts';

const names = /^(licen[cs]e|copying)([.-](md|txt|mit|apache))?$/i;
/** The longest licence in use has 35 kB; anything far longer is not one text. */
const largest = 200_000;

/** The text of the app's own licence file at its root, or null; form feeds, which the GPL comes with, become newlines. */
export function licenseText(files: readonly FileEntry[]): string | null {
  const file = files.find(({ path }) => names.test(path));
  if (file === undefined || !('disk' in file.content) || file.content.size > largest) return null;
  const { disk } = file.content;
  return plainText(reading(disk, () => readFileSync(disk)));
}

/** A licence's text as a control file holds it, form feeds as newlines; null where it is no text. */
export function plainText(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes)) return null;
  const text = Buffer.from(bytes)
    .toString()
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?|\f/g, '\n')
    .replaceAll('\t', '        ');
  return /[^\P{Cc}\n]/u.test(text) ? null : text;
}
