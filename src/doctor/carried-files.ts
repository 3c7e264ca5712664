import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A file that goes to the host that is asked; the path is relative. */
export interface CarriedFile {
  path: string;
  text: string;
}

/** A tar archive of them. */
export async function asArchive(files: readonly CarriedFile[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { path, text } of files) tar.entry({ name: path, mode: 0o644 }, text);
  tar.finalize();
  // Its streams are streamx's: Node takes them as its own, its types do not.
  return buffer(tar as unknown as Readable);
}
