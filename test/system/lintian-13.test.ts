import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import { exampleKinds } from '../examples.ts';
import { ownPackage } from '../own-package.ts';
import { openWorkshop, type Workshop } from './app-on-host.ts';

const nothing = { exitCode: 0, stdout: '', stderr: '' };

/** Debian 12's is asked in test/unit/render/lintian.test.ts. */
describe('the lintian of Debian 13', () => {
  let host: TestHost;
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
    host = await createTestHost({ debian: 13, packages: ['lintian'] });
  }, 600_000);
  afterAll(async () => {
    await host?.dispose();
    await workshop?.dispose();
  });
  const said = async (deb: string, ...options: string[]) => {
    await host.copyIn(deb, `/root/${basename(deb)}`);
    const argv = [
      'lintian',
      '--allow-root',
      '--tag-display-limit',
      '0',
      ...options,
      `/root/${basename(deb)}`,
    ];
    return host.run(argv, { check: false, timeout: 540_000 });
  };

  it.each(exampleKinds)('has nothing to say about the %s example', async (kind) => {
    // It knows no zstd, as Debian 12's: Debian's own packages have none, though its dpkg and apt take it.
    const deb = await workshop.build(kind, { version: '1.0.0' }, '--compress', 'gzip');
    // Go programs are static; lintian lets them be, but knows them by what their source package builds with.
    expect(await said(deb, '--suppress-tags', 'statically-linked-binary')).toEqual(nothing);
  });

  it('has nothing to say about mkdeb’s own package', async () => {
    expect(await said(await ownPackage())).toEqual(nothing);
  }, 900_000);
});
