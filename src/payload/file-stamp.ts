import type { Stats } from 'node:fs';
import type { FileStamp } from '../package/package.ts';

export function stampOf({ dev, ino, mtimeMs, ctimeMs }: Stats): FileStamp {
  return { device: dev, inode: ino, mtimeMs, ctimeMs };
}
