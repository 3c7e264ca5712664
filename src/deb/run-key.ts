import { hash } from 'node:crypto';
import type { FileEntry, FileStamp } from '../package/package.ts';
import type { Run } from './data-runs.ts';
import type { DataTar } from './data-tar.ts';
import type { TarHeader } from './tar-header.ts';

/**
 * A name for all that decides a run's bytes, its files by their stamps: whoever has the name need not read the files.
 * Null where a file has no stamp, or one that `trusts` refuses.
 */
export function runKey(run: Run, tar: DataTar, trusts: (stamp: FileStamp) => boolean): string | null {
  const lines = [JSON.stringify([run.isFirst ? tar.root : null, run.isLast])];
  for (const entry of run.entries) {
    lines.push(headerKey(tar.headerOf(entry)));
    if (entry.kind !== 'file') continue;
    const content = contentKey(entry, trusts);
    if (content === null) return null;
    lines.push(content);
  }
  return hash('sha256', lines.join('\0'));
}

/** No part of it holds a NUL. */
function headerKey({ kind, name, mode, size, mtimeSeconds, target, owner, group }: TarHeader): string {
  return `${kind}\0${name}\0${mode} ${size} ${mtimeSeconds}\0${target}\0${owner ?? ''}\0${group ?? ''}`;
}

function contentKey({ content }: FileEntry, trusts: (stamp: FileStamp) => boolean): string | null {
  if (!('disk' in content)) return hash('sha256', 'text' in content ? content.text : content.bytes);
  const { seen } = content;
  if (seen === undefined || !trusts(seen)) return null;
  return `${seen.device} ${seen.inode} ${seen.mtimeMs} ${seen.ctimeMs}`;
}
