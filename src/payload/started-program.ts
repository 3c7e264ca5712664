import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { isAnyNode } from '../config/node-engine.ts';
import type { Entry } from '../package/package.ts';
import { nodeScriptFiles } from './node-script.ts';

/**
 * Checks that what a service starts by the configuration's `key` goes into its package: the program where that is a file
 * of the app, and the script that Node is given. Throws BadInput that says what keeps it out.
 */
export function checkStartedProgram(
  dir: string,
  key: string,
  command: readonly string[],
  entries: readonly Entry[],
): void {
  const [program = '', ...args] = command;
  const inPayload = new Map(entries.map((entry) => [entry.path, entry]));
  if (program.startsWith('./')) {
    const path = posix.normalize(program);
    const entry = inPayload.get(path);
    if (entry === undefined) throw new BadInput(missing(dir, key, path));
    if (entry.kind === 'directory')
      throw new BadInput(`${join(dir, path)}: ${key} starts it, but it is a directory`);
    if (entry.kind === 'file' && (entry.mode & 0o111) === 0) {
      throw new BadInput(`${join(dir, path)}: ${key} starts it, but it is not executable; chmod +x it`);
    }
    return;
  }
  if (!isAnyNode(program)) return;
  const words = args.filter((word) => !word.startsWith('-') && !word.startsWith('/'));
  for (const word of words) {
    const candidates = nodeScriptFiles(word);
    if (candidates.some((path) => path === '.' || inPayload.has(path.replace(/\/$/, '')))) continue;
    const onDisk = candidates.find((path) => existsSync(join(dir, path)));
    // A word after an option may be the option's: only one that stands alone has to be the script.
    if (onDisk !== undefined || args.length === 1)
      throw new BadInput(missing(dir, key, onDisk ?? posix.normalize(word)));
  }
}

function missing(dir: string, key: string, path: string): string {
  const file = join(dir, path);
  if (!existsSync(file)) return `${file}: ${key} starts it, but there is no such file; build the app first`;
  const [top = path] = path.split('/');
  const pattern = path.includes('/') ? `!${top}/` : `!${path}`;
  return `${file}: ${key} starts it, but git or the ignore list leaves it out; add "${pattern}" to ignore`;
}
