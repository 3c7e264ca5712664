import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { writeWholeFile } from './scratch-file.ts';

/** Writes FILE.sha256 beside a file, and returns its path: `sha256sum -c` accepts it in that folder. */
export async function writeChecksumFile(path: string, signal: AbortSignal): Promise<string> {
  const sha256 = await sha256Of(path, signal);
  const file = `${path}.sha256`;
  await writeWholeFile(file, signal, (out) => out.writeFile(checksumLine(sha256, basename(path))));
  return file;
}

/** A file's SHA-256, in hex. */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path, { signal })) hash.update(block);
  return hash.digest('hex');
}

/** A line as sha256sum(1) writes it: with a backslash before it where the name holds what had to be escaped. */
export function checksumLine(sha256: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
}
