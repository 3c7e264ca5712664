import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder `key` in `parent`, filled by `fill` where it is not there; tests running side by side may both fill it. */
export async function madeOnce(
  parent: string,
  key: string,
  fill: (dir: string) => Promise<void>,
): Promise<string> {
  const made = join(parent, key);
  if (await exists(made)) return made;
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'work-'));
  try {
    await fill(work);
    await rename(work, made);
  } catch (error) {
    // Another process was first.
    if (!(await exists(made))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return made;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
