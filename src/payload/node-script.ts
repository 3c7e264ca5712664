import { posix } from 'node:path';

/** The files that Node takes a script's name for, each relative to its working directory. */
export function nodeScriptFiles(word: string): string[] {
  return ['', '.js', '.cjs', '.mjs', '/index.js'].map((end) => posix.normalize(`${word}${end}`));
}
