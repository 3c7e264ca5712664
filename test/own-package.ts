/** mkdeb's own package, as `npm run package` makes it of this checkout. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache/own-package');
const madeOf = [
  ...['src', 'templates', 'packaging', 'vagrant', 'docs', 'schema'],
  ...['README.md', 'package.json', 'package-lock.json'],
];

/** Its path; made once for each state of what it is made of. */
export async function ownPackage(): Promise<string> {
  const folder = join(cache, digest());
  const made = () => join(folder, readdirSync(folder)[0] as string);
  if (existsSync(folder)) return made();
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    // Debian 12's lintian does not know zstd, and xz takes its time.
    await execa('npm', ['run', '--silent', 'package', '--', '-o', `${work}/`, '--compress', 'gzip'], {
      cwd: root,
    });
    for (const older of readdirSync(cache).filter((name) => !name.startsWith('work-')))
      rmSync(join(cache, older), { recursive: true, force: true });
    renameSync(work, folder);
  } catch (error) {
    // Another process was first.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return made();
}

function digest(): string {
  const hash = createHash('sha256');
  const files = madeOf.flatMap((name) =>
    statSync(join(root, name)).isDirectory()
      ? readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file))
      : [name],
  );
  for (const file of files.sort()) {
    if (statSync(join(root, file)).isFile()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
