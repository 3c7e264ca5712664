// node build-one.mjs OUT COMPRESSION N SIZE FILE
// Builds a package that holds FILE, SIZE bytes long, N times, in a process of its own. Says on its standard output when
// bytes are on their way, and in the end the memory it took at most, in MB, the compressor's left out.
import { writeDeb } from '../../../dist/deb/write-deb.js';

const [out, compression, count, size, disk] = process.argv.slice(2);
const control = [
  ['Package', 'big'],
  ['Version', '1'],
  ['Architecture', 'all'],
  ['Maintainer', 'A Person <person@example.org>'],
  ['Description', 'x'],
];
const entries = Array.from({ length: Number(count) }, (_, i) => ({
  kind: 'file',
  path: `/usr/share/big/some/folder/${i % 100}/a-file-of-a-usual-name-${i}.js`,
  mode: 0o644,
  content: { disk, size: Number(size) },
}));
let said = false;
await writeDeb({ control, entries, scripts: {} }, out, {
  compression,
  epochSeconds: 1_700_000_000,
  onProgress: () => {
    if (!said) console.log('under way');
    said = true;
  },
});
console.log(Math.round(process.resourceUsage().maxRSS / 1024));
