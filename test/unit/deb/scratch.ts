import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WriteDebOptions } from '../../../src/deb/write-deb.ts';
import type { Entry, Package } from '../../../src/package/package.ts';

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mkdeb-deb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export function packageOf(entries: readonly Entry[], more: Partial<Package> = {}): Package {
  return {
    control: [
      ['Package', 'hello'],
      ['Version', '1.0'],
      ['Architecture', 'all'],
      ['Maintainer', 'A Person <person@example.org>'],
      ['Description', 'a test\n with a further line'],
    ],
    entries,
    scripts: {},
    ...more,
  };
}

export const plain: WriteDebOptions = { compression: 'none', epochSeconds: 1_700_000_000 };

/** Runs a tool and returns what it printed. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A dpkg of its own: nothing of this machine's packages is read or touched. */
export function dpkgInto(root: string, ...args: string[]): string {
  run('mkdir', '-p', `${root}/var/lib/dpkg/info`, `${root}/var/lib/dpkg/updates`);
  run('touch', `${root}/var/lib/dpkg/status`);
  return run(
    'dpkg',
    `--root=${root}`,
    '--force-not-root',
    '--force-depends',
    '--force-script-chrootless',
    '--force-unsafe-io',
    '--log=/dev/null',
    ...args,
  );
}
