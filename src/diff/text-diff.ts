import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';

/** Two texts that differ in more lines than this are told to be all different: the comparison takes its square. */
const mostEdits = 1_000;

/**
 * What changed from one text to the other as `diff -u` shows it, or null where they differ in so much that nobody
 * would read it. A text that is not there is empty.
 */
export function textDiff(name: string, before: string, after: string): string | null {
  const patch = structuredPatch(name, name, before, after, 'old', 'new', {
    context: 3,
    // Where one is empty there is nothing to search for.
    maxEditLength: before === '' || after === '' ? Number.POSITIVE_INFINITY : mostEdits,
  });
  return patch === undefined ? null : formatPatch(patch, FILE_HEADERS_ONLY);
}
