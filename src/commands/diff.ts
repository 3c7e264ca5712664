import { type ReadDeb, readDeb } from '../deb/read-deb.ts';
import type { TarEntry } from '../deb/tar-entries.ts';
import { unitPath } from '../deb/unit-path.ts';
import { diffText } from '../diff/diff-text.ts';
import { fileChanges } from '../diff/file-changes.ts';
import { packageDiff, type TextChange, textChanges } from '../diff/package-diff.ts';
import { jsonPieces } from '../json-pieces.ts';
import type { HostPath } from '../package/package.ts';
import { isSettings } from '../package/service-settings.ts';
import { print } from './print.ts';

export interface DiffOptions {
  text?: boolean;
  json?: boolean;
}

/** What --text shows at most: of a file, and of all files together, in bytes. */
const largestShown = 1 << 20;
const largestShownAll = 32 << 20;

/**
 * `mkdeb diff`: what differs between two packages, and what an upgrade from one to the other would change. Exit code as
 * diff(1): 0 the same, 1 different; what can't be read is BadInput, 2.
 */
export async function diff(oldPath: string, newPath: string, options: DiffOptions): Promise<void> {
  const { text = false, json = false } = options;
  const wantsText = (path: HostPath, { size }: TarEntry) => unitPath.test(path) || isSettings(path, size);
  const old = await readDeb(oldPath, { wantsText, digest: 'sha256' });
  const next = await readDeb(newPath, { wantsText, digest: 'sha256' });
  const texts = text ? await changedTexts([oldPath, old], [newPath, next]) : [];
  const found = packageDiff(old, next, texts);
  if (json) {
    print(jsonPieces(found));
    print(['\n']);
  } else {
    print(diffText(found));
  }
  if (!found.same) process.exitCode = 1;
}

/** The changed files whose content is text, units left out: those are shown always. Read in a second pass. */
async function changedTexts(
  old: readonly [path: string, deb: ReadDeb],
  next: readonly [path: string, deb: ReadDeb],
): Promise<TextChange[]> {
  const { added, removed, changed } = fileChanges(old[1], next[1]);
  const paths = new Set<HostPath>();
  let room = largestShownAll;
  const candidates = [
    ...changed
      .filter(({ old: one, new: other }) => one.sha256 !== other.sha256)
      .map((one) => [one.old, one.new]),
    ...added.map((file) => [file]),
    ...removed.map((file) => [file]),
  ];
  for (const versions of candidates) {
    if (
      versions.some(({ kind, size, path }) => kind !== 'file' || size > largestShown || unitPath.test(path))
    )
      continue;
    room -= versions.reduce((sum, { size }) => sum + size, 0);
    if (room < 0) break;
    paths.add(versions[0]?.path as HostPath);
  }
  if (paths.size === 0) return [];
  const wantsText = (path: HostPath) => paths.has(path);
  const [before, after] = [await readDeb(old[0], { wantsText }), await readDeb(next[0], { wantsText })];
  const isText = (text: string | undefined) => text === undefined || !/[\0\ufffd]/.test(text);
  for (const path of paths) {
    if (isText(before.texts.get(path)) && isText(after.texts.get(path))) continue;
    paths.delete(path);
  }
  const only = (texts: ReadonlyMap<HostPath, string>) =>
    new Map([...texts].filter(([path]) => paths.has(path)));
  return textChanges(only(before.texts), only(after.texts));
}
