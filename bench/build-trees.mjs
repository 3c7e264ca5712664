// The trees that bench/build.mjs packs. Generated ones are the same on every machine: a seeded generator, no clock.
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A small generator of random 32-bit numbers (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const syntax = [
  'const',
  'return',
  'function',
  '=>',
  '(',
  ')',
  '{',
  '}',
  ';\n',
  ' = ',
  ' ',
  '\n  ',
  '.',
  ',',
  '===',
  "'",
];

/** Text that compresses about as source code does: some words often, most seldom. */
function sourceText(next, length) {
  let text = '';
  while (text.length < length) {
    const n = next();
    text +=
      n & 1
        ? syntax[(n >>> 1) % syntax.length]
        : `${(((n >>> 4) % 40) * ((n >>> 10) % 40) + 7).toString(36)}Name`;
  }
  return text.slice(0, length);
}

function smallFiles(root, count) {
  const next = numbers(1);
  for (let i = 0; i < count; i++) {
    const path = join(
      root,
      `usr/lib/app/node_modules/package-${i % 900}/lib/${(i % 7).toString()}/module-${i}.js`,
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sourceText(next, 200 + (next() % (1 << (6 + (i % 8))))));
  }
}

/** A third text, a third tables of binary numbers, a third noise. */
function oneFile(root, megabytes) {
  const next = numbers(2);
  const path = join(root, 'usr/lib/app/data.bin');
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  const block = Buffer.alloc(1 << 20);
  for (let i = 0; i < megabytes; i++) {
    if (i % 3 === 0) block.write(sourceText(next, block.length), 'latin1');
    else
      for (let at = 0; at < block.length; at += 4)
        block.writeUInt32LE(i % 3 === 1 ? ((next() >>> 20) * at) >>> 0 : next(), at);
    writeSync(fd, block);
  }
  closeSync(fd);
}

/** What cannot be compressed, as images and archives are. */
function noise(root, megabytes) {
  const next = numbers(3);
  const path = join(root, 'usr/lib/app/noise.bin');
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  const block = Buffer.alloc(1 << 20);
  for (let i = 0; i < megabytes; i++) {
    for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(next(), at);
    writeSync(fd, block);
  }
  closeSync(fd);
}

const fills = {
  '100 files': (root) => smallFiles(root, 100),
  '1,000 files': (root) => smallFiles(root, 1_000),
  '30,000 files': (root) => smallFiles(root, 30_000),
  '70,000 files': (root) => smallFiles(root, 70_000),
  '200,000 files': (root) => smallFiles(root, 200_000),
  'one file of 100 MB': (root) => oneFile(root, 100),
  'one file of 500 MB': (root) => oneFile(root, 500),
  'one file of 2 GB': (root) => oneFile(root, 2_000),
  '512 MB of noise': (root) => noise(root, 512),
};

/** What the table is made of unless others are asked for; the rest take long. */
const usual = [
  'Node example',
  'node_modules',
  '100 files',
  '30,000 files',
  'one file of 500 MB',
  '512 MB of noise',
];

/** Makes trees in a folder, one at a time as they are asked for; yields their names and roots. */
export function* makeTrees(folder, repository, wanted = usual) {
  const app = join(repository, 'examples/node-app');
  for (const name of wanted.length > 0 ? wanted : usual) {
    const root = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(root, { recursive: true });
    if (name === 'Node example') {
      if (!existsSync(join(app, 'node_modules'))) continue;
      cpSync(app, join(root, 'usr/lib/node-app/dist'), { recursive: true });
    } else if (name === 'node_modules') {
      // mkdeb's own, the tools that it is developed with among them: real sources, and not the same on every machine.
      cpSync(join(repository, 'node_modules'), join(root, 'usr/lib/app/node_modules'), {
        recursive: true,
        verbatimSymlinks: true,
      });
    } else {
      const fill = fills[name];
      if (fill === undefined) throw new Error(`there is no tree ${name}; there are ${Object.keys(fills)}`);
      fill(root);
    }
    yield { name, root };
    rmSync(root, { recursive: true });
  }
}
