// The trees that bench/build.mjs packs. Generated ones are the same on every machine: a seeded generator, no clock.
import { closeSync, cpSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
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

/** Makes the trees in a folder; returns their names and roots. */
export function makeTrees(folder, repository) {
  const trees = [];
  const add = (name, fill) => {
    const root = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(root, { recursive: true });
    fill(root);
    trees.push({ name, root });
  };
  const app = join(repository, 'examples/node-app');
  if (existsSync(join(app, 'node_modules'))) {
    add('Node example', (root) => cpSync(app, join(root, 'usr/lib/node-app/dist'), { recursive: true }));
  }
  add('30,000 files', (root) => smallFiles(root, 30_000));
  add('one file of 500 MB', (root) => oneFile(root, 500));
  return trees;
}
