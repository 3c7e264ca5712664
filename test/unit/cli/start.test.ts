import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../../src', import.meta.url));

test('mkdeb loads commander alone before it knows the command: --help and --version are told at once', () => {
  const { files, packages } = loaded(join(src, 'cli.ts'));
  expect(packages).toEqual(['commander']);
  expect(files.map((file) => file.slice(src.length + 1)).sort()).toEqual([
    'bad-input.ts',
    'cli.ts',
    'error-as-json.ts',
    'installation.ts',
    'printable.ts',
    'program.ts',
  ]);
});

/** What a module loads when it is loaded itself, in turn. */
function loaded(module: string, files: string[] = []): { files: string[]; packages: string[] } {
  files.push(module);
  const packages = new Set<string>();
  for (const [, from = ''] of readFileSync(module, 'utf8').matchAll(
    /^import (?!type ).*?from '([^']+)';$/gms,
  )) {
    if (!from.startsWith('.')) {
      if (!from.startsWith('node:')) packages.add(from);
      continue;
    }
    const file = join(dirname(module), from);
    if (!files.includes(file)) for (const name of loaded(file, files).packages) packages.add(name);
  }
  return { files, packages: [...packages] };
}
