import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type DebianRelease, debianReleases } from '../test-host.ts';
import { script } from './scripts.ts';

/** What every test host has; Node and curl so that tests need not fetch them, since a test host has no way out. */
const usualPackages: readonly string[] = [
  'adduser',
  'curl',
  'dbus',
  'iproute2',
  'nodejs',
  'procps',
  'systemd-sysv',
];

/** Making a root downloads about 100 MB; a slow mirror may take its time, but not for ever. */
const makingTimeout = 20 * 60_000;

/**
 * The directory that hosts of a release start from: with the usual packages made by mmdebstrap, with more of them a copy
 * of that one into which apt has installed them. Made when it is not in `cache` yet. Its name comes from all that it is
 * made of, so it is never changed, only made beside an older one. Several processes may ask at once: one makes it, the
 * others wait.
 */
export async function debianRoot(
  cache: string,
  debian: DebianRelease,
  extraPackages: readonly string[],
  progress: (line: string) => void,
): Promise<string> {
  const suite = debianReleases[debian];
  const roots = join(cache, 'roots');
  const place = (recipe: string) => join(roots, `debian-${debian}-${recipe}`);
  const usual = usualPackages.join();
  const baseRecipe = await digest(
    [suite, arch(), usual],
    ['begin-root.sh', 'make-root.sh', 'customize-root.sh'],
  );
  const base = place(baseRecipe);
  const more = [...new Set(extraPackages)]
    .filter((name) => !usualPackages.includes(name))
    .sort()
    .join();
  const root = more === '' ? base : place(await digest([baseRecipe, more], ['extend-root.sh']));
  if (existsSync(root)) return root;

  await mkdir(roots, { recursive: true });
  const way = await wayToMirror();
  if (!existsSync(base)) {
    progress(`making a Debian ${debian} root in ${base} (once; about half a minute)`);
    await make(base, ['make-root.sh', base, suite, usual, ...way.map((line) => `--aptopt=${line}`)]);
  }
  if (root !== base) {
    progress(`adding ${more.replaceAll(',', ', ')} to a copy of it in ${root} (once)`);
    await make(root, ['extend-root.sh', root, base, more, ...way]);
  }
  return root;
}

async function digest(parts: readonly string[], scripts: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\0`);
  for (const name of scripts) hash.update(await readFile(script(name)));
  return hash.digest('hex').slice(0, 16);
}

async function make(root: string, [name, ...args]: readonly [string, ...string[]]): Promise<void> {
  await execa('flock', [`${root}.lock`, script(name), ...args], {
    timeout: makingTimeout,
    env: { LC_ALL: 'C.UTF-8' },
    stdin: 'ignore',
  });
}

/** apt's configuration here without which a root's apt might not get at the mirror. */
async function wayToMirror(): Promise<string[]> {
  const { stdout } = await execa('apt-config', ['dump', '--format', '%f "%v";%n'], { reject: false });
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b.*"[^"]+";$/i.test(line));
}
