import type { Content, Entry } from '../package/package.ts';

/**
 * Installed-Size in KiB as dpkg-gencontrol(1) computes it: each file and symlink in whole KiB, hard links once, 1 for
 * anything else and for the root directory.
 */
export function installedSizeKiB(entries: Iterable<Entry>): number {
  let total = 1;
  for (const entry of entries) {
    if (entry.kind === 'file') total += Math.ceil(contentSize(entry.content) / 1024);
    else if (entry.kind === 'symlink') total += Math.ceil(Buffer.byteLength(entry.target) / 1024);
    else if (entry.kind === 'directory') total += 1;
  }
  return total;
}

/** In bytes. */
export function contentSize(content: Content): number {
  if ('disk' in content) return content.size;
  return 'text' in content ? Buffer.byteLength(content.text) : content.bytes.byteLength;
}
