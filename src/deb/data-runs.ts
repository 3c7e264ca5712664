import type { Entry } from '../package/package.ts';
import { contentSize } from './installed-size.ts';
import { tarHeaderSize, tarPadding } from './tar-header.ts';

/** Neighbours in the archive that are compressed, and remembered, together; or one large file. */
export interface Run {
  entries: readonly Entry[];
  /** What they take in the tar archive, in bytes. */
  size: number;
  /** `./` goes before the first, the archive's end behind the last. */
  isFirst: boolean;
  isLast: boolean;
}

/**
 * Cuts entries into runs of about `pieceSize` bytes; a larger file is one of its own. Where, is for each entry to say by
 * its path and its size, so that a change moves only the cuts around it: a run has at least half of the size, and then
 * ends at an entry with a chance that is the larger, the larger the entry.
 */
export function* dataRuns(entries: Iterable<Entry>, pieceSize: number): Generator<Run> {
  let run = { entries: [] as Entry[], size: 0, isFirst: true, isLast: false };
  let ends = false;
  for (const entry of entries) {
    const size = entrySize(entry);
    const isLarge = size >= pieceSize;
    if (run.entries.length > 0 && (ends || isLarge || run.size + size > 2 * pieceSize)) {
      yield run;
      run = { entries: [], size: 0, isFirst: false, isLast: false };
    }
    run.entries.push(entry);
    run.size += size;
    ends = isLarge || (run.size >= pieceSize / 2 && chance(entry.path) < (2 * size) / pieceSize);
  }
  yield { ...run, isLast: true };
}

function entrySize(entry: Entry): number {
  const target = 'target' in entry ? entry.target : '';
  // The dot before a path, and the slash behind a directory's.
  const header = tarHeaderSize(`.${entry.path}${entry.kind === 'directory' ? '/' : ''}`, target);
  if (entry.kind !== 'file') return header;
  const content = contentSize(entry.content);
  return header + content + tarPadding(content);
}

/** From 0 to 1, the same for the same path: FNV-1a, its bits mixed once more. */
function chance(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
