// node bench/build-one.mjs ROOT OUT COMPRESSION: what `mkdeb build` does with a tree, without its configuration.
import { lstatSync, readdirSync } from 'node:fs';
import { writeDeb } from '../dist/deb/write-deb.js';

const [root, out, compression] = process.argv.slice(2);
const entries = [];
const visit = (folder, path) => {
  for (const found of readdirSync(folder, { withFileTypes: true })) {
    if (path === '' && found.name === 'DEBIAN') continue;
    const entry = { path: `${path}/${found.name}`, mode: 0o755 };
    const disk = `${folder}/${found.name}`;
    if (found.isDirectory()) {
      entries.push({ kind: 'directory', ...entry });
      visit(disk, entry.path);
    } else if (found.isFile()) {
      const { mode, size } = lstatSync(disk);
      entries.push({ kind: 'file', ...entry, mode: mode & 0o7777, content: { disk, size } });
    }
  }
};
visit(root, '');
const control = [
  ['Package', 'bench'],
  ['Version', '1'],
  ['Architecture', 'all'],
  ['Maintainer', 'A Person <person@example.org>'],
  ['Description', 'bench'],
];
await writeDeb({ control, entries, scripts: {} }, out, { compression, epochSeconds: 1_700_000_000 });
