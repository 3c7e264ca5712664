/** Native programs for tests, compiled on the spot. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Compiles a text of C to `output` with gcc. */
export function compileC(output: string, source: string, ...options: string[]): void {
  mkdirSync(dirname(output), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'mkdeb-gcc-'));
  try {
    writeFileSync(join(work, 'program.c'), source);
    execFileSync('gcc', [join(work, 'program.c'), '-o', output, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** It needs the C library alone. */
export const plainProgram = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n';
/** It needs zlib, which every Debian has. */
export const zlibProgram = 'const char *zlibVersion(void);\nint main(void) { return zlibVersion() == 0; }\n';
export const zlib = '-l:libz.so.1';
