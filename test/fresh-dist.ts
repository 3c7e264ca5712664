import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = join(root, 'packaging/bundle.mjs');
const built = join(root, 'dist/.built');

/**
 * Vitest's global setup: brings dist/ up to date, for what tests run as a process of its own. Types are not checked
 * (`npm run check` does that). Several test runs may do this at once.
 */
export default async function freshDist(): Promise<void> {
  const began = new Date();
  const sources = (await readdir(join(root, 'src'), { recursive: true })).map((name) =>
    join(root, 'src', name),
  );
  const times = await Promise.all([...sources, bundle].map(modified));
  if ((await modified(built)) > Math.max(...times)) return;
  await execa('node', [bundle]);
  await writeFile(built, '');
  // What was written meanwhile is not in it.
  await utimes(built, began, began);
}

/** In ms; 0 for a file that is not there. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}
