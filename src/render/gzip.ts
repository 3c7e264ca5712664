import { gzipSync } from 'node:zlib';

/** As Policy 12.1 wants manuals and changelogs: `gzip -9n`, the same bytes each time. */
export function gzip(content: string | Uint8Array): Uint8Array {
  return gzipSync(content, { level: 9 });
}
