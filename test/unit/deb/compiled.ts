import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Compiles the sources for a node process of its own; returns a folder like dist/, the caller's to remove. */
export function compileDeb(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mkdeb-dist-'));
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', folder]);
  return folder;
}
