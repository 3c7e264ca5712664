import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Filter } from './process-sink.ts';

/**
 * All that the bytes of a compressed piece depend on besides what is compressed: which program, of which version, told
 * what. Null where that cannot be found out.
 */
export async function compressorIdentity({ command, args }: Filter): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ['-V']);
    // The number of threads changes nothing.
    const told = args.filter((arg) => !arg.startsWith('-T'));
    return JSON.stringify([command, told, stdout, programStamp(command)]);
  } catch {
    return null;
  }
}

/** A distribution's patch may leave the version as it is. */
function programStamp(command: string): readonly number[] {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const stats = statSync(join(folder, command), { throwIfNoEntry: false });
    if (stats?.isFile()) return [stats.size, stats.mtimeMs];
  }
  return [];
}
