import { relative, resolve } from 'node:path';
import { shellWord } from '../render/quote/shell.ts';

/** The line that installs a package from here, to copy; apt takes a file only where its name holds a slash. */
export function installCommand(path: string): string {
  const near = relative(process.cwd(), resolve(path));
  const file = near.startsWith('..') ? resolve(path) : `./${near}`;
  return `sudo apt install ${/^[\w./+~:@%=-]+$/.test(file) ? file : shellWord(file)}`;
}
