import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type DebianRelease, debianReleases } from '../test-host.ts';
import { script } from './scripts.ts';

/** What every test host has; Node and curl so that tests need not fetch them, since a test host has no way out. */
const usualPackages = ['adduser', 'curl', 'dbus', 'iproute2', 'nodejs', 'procps', 'systemd-sysv'];

/** Making a root downloads about 100 MB; a slow mirror may take its time, but not for ever. */
const makingTimeout = 20 * 60_000;

/**
 * The directory that hosts of a release start from, made with mmdebstrap when it is not in `cache` yet. Its name
 * comes from all that it is made of, so it is never changed, only made beside an older one. Several processes may
 * ask at once: one makes it, the others wait.
 */
export async function debianRoot(
  cache: string,
  debian: DebianRelease,
  extraPackages: readonly string[],
  progress: (line: string) => void,
): Promise<string> {
  const suite = debianReleases[debian];
  const packages = [...new Set([...usualPackages, ...extraPackages])].sort().join(',');
  const recipe = createHash('sha256');
  for (const part of [suite, arch(), packages]) recipe.update(`${part}\0`);
  for (const name of ['make-root.sh', 'customize-root.sh']) recipe.update(await readFile(script(name)));
  const roots = join(cache, 'roots');
  const root = join(roots, `debian-${debian}-${recipe.digest('hex').slice(0, 16)}`);
  if (existsSync(root)) return root;

  progress(`making a Debian ${debian} root in ${root} (once; about half a minute)`);
  await mkdir(roots, { recursive: true });
  await execa(
    'flock',
    [`${root}.lock`, script('make-root.sh'), root, suite, packages, ...(await aptOptions())],
    {
      timeout: makingTimeout,
      env: { LC_ALL: 'C.UTF-8' },
      stdin: 'ignore',
    },
  );
  return root;
}

/** mmdebstrap does not read this machine's apt configuration: what the way to the mirror needs is handed on. */
async function aptOptions(): Promise<string[]> {
  const { stdout } = await execa('apt-config', ['dump', '--format', '%f "%v";%n'], { reject: false });
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b.*"[^"]+";$/i.test(line))
    .map((line) => `--aptopt=${line}`);
}
