import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The environment variable that names the folder for workers. */
export const sharedPackages = 'MKDEB_TEST_PACKAGES';

/**
 * Vitest's global setup: a folder for packages of the examples that several tests install. It is gone with the run, so
 * no package is older than the mkdeb that is tested.
 */
export default async function setUpSharedPackages(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'mkdeb-test-packages-'));
  process.env[sharedPackages] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
