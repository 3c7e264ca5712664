import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { exampleKinds, makeExample } from '../../examples.ts';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

test.each(exampleKinds)(
  'lintian has nothing to say about the %s example',
  async (kind) => {
    const dir = mkdtempSync(join(tmpdir(), 'mkdeb-lintian-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    await makeExample(kind, { version: '1.0.0' }, join(dir, 'app'));
    const deb = join(dir, 'app.deb');
    // Debian's lintian does not know zstd.
    await execa('node', [cli, 'build', join(dir, 'app'), '-o', deb, '--compress', 'gzip']);
    // Go programs are static; lintian lets them be, but knows them by what their source package builds with.
    const known = ['--suppress-tags', 'statically-linked-binary'];
    const options = ['--allow-root', '--tag-display-limit', '0', ...known];
    const { stdout } = await execa('lintian', [...options, deb], { reject: false });
    expect(stdout).toBe('');
  },
  120_000,
);
