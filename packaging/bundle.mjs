// npm run build, node packaging/bundle.mjs [FOLDER]: compiles src/ into FOLDER (default: dist), with the modules of npm
// that it uses, in few files: Node takes 0.4 s to find and load 550 of them, for each `mkdeb build`.
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const checkout = fileURLToPath(new URL('..', import.meta.url));

/** What is started or imported by its name: programs, and what packaging/, bench/ and test/ use. */
const entries = [
  'cli',
  'load/main',
  'rehearse/ask',
  // Says where everything else is, by the place that it is in.
  'installation',
  'program',
  'manual/manual-pages',
  'completion/render-completion',
  'deb/write-deb',
  'commands/inspect',
  'commands/diff',
  'commands/lint',
  'host/create-test-host',
  'load/start-load',
];

/** Found by their names when they are needed: files of theirs are read, or they look for others that may not be there. */
export const external = ['@cyclonedx/cyclonedx-library', 'systeminformation', 'uplot'];

/**
 * Compiles into a folder. Each file comes into being whole, those that name others last, so that what runs from there
 * meanwhile goes on.
 */
export async function bundle(folder = join(checkout, 'dist')) {
  const build = await rolldown({
    cwd: checkout,
    input: Object.fromEntries(entries.map((name) => [name, join(checkout, `src/${name}.ts`)])),
    platform: 'node',
    external: external.map((name) => new RegExp(`^${name}(/|$)`)),
  });
  const scratch = join(folder, `.new-${process.pid}`);
  try {
    const { output } = await build.write({
      dir: scratch,
      format: 'esm',
      chunkFileNames: '[name]-[hash].js',
      comments: { legal: true },
    });
    chmodSync(join(scratch, 'cli.js'), 0o755);
    moveInto(scratch, folder, output);
  } finally {
    await build.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Chunks have names of what they hold, so the older ones do not disturb; each is there before what imports it. */
function moveInto(scratch, folder, output) {
  const named = (file) => Number(file.isEntry ?? false);
  const files = output.toSorted((a, b) => named(a) - named(b)).map(({ fileName }) => fileName);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    renameSync(join(scratch, file), join(folder, file));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2]);
