import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { changelogFileName, renderChangelog } from '../../../src/render/changelog.ts';
import { renderCopyright } from '../../../src/render/copyright.ts';

const app = {
  name: 'hello',
  version: '1:2.0~rc1-2',
  maintainer: 'Jürgen Ö. <j@example.org>',
  homepage: 'https://example.org/hello',
  epochSeconds: 1_795_428_000,
  node: null,
};
const mit = readFileSync(new URL('../../../examples/node-app/LICENSE', import.meta.url), 'utf8');

test('dpkg-parsechangelog reads the changelog', () => {
  const file = join(folder(), 'changelog');
  writeFileSync(file, renderChangelog(app));
  const read = execFileSync('dpkg-parsechangelog', ['-l', file], { encoding: 'utf8', stdio: 'pipe' });
  expect(read).toContain('Source: hello\nVersion: 1:2.0~rc1-2\nDistribution: unstable\nUrgency: medium\n');
  expect(read).toContain('Maintainer: Jürgen Ö. <j@example.org>\nTimestamp: 1795428000\n');
});

test('the changelog is named for what Debian changed where there is a revision', () => {
  expect(changelogFileName('1.0')).toBe('changelog.gz');
  expect(changelogFileName('1.0-1')).toBe('changelog.Debian.gz');
});

test("the copyright file names the licence's own holders and has its text", () => {
  const text = renderCopyright({ ...app, license: 'MIT', licenseText: mit });
  expect(text).toContain(
    '\n\nFiles: *\nCopyright: 2026 Hello Team\nLicense: MIT\n MIT License\n .\n Copyright (c)',
  );
});

test('without a licence file the maintainer holds the copyright', () => {
  const text = renderCopyright({ ...app, license: 'Apache-2.0', licenseText: null });
  expect(text).toContain('Copyright: 2026 Jürgen Ö. <j@example.org>\nLicense: Apache-2.0\n The full text');
  expect(text).toContain('/usr/share/common-licenses/Apache-2.0');
});

test.each([
  ['(MIT OR Apache-2.0)', 'MIT or Apache-2.0'],
  ['GPL-2.0-or-later WITH Classpath-exception-2.0', 'GPL-2.0-or-later with Classpath-exception-2.0'],
  ['UNLICENSED', 'proprietary'],
  ['SEE LICENSE IN terms.txt', 'custom'],
  [null, 'unspecified'],
])('the licence %s is written as %s', (license, written) => {
  expect(renderCopyright({ ...app, license, licenseText: null })).toContain(`\nLicense: ${written}\n`);
});

test('a value cannot begin a field of its own', () => {
  expect(() =>
    renderCopyright({ ...app, homepage: 'x\nFiles: /etc', license: null, licenseText: null }),
  ).toThrow(BadInput);
  const text = renderCopyright({ ...app, license: 'MIT', licenseText: 'Copyright 2020 A\n\nFiles: /etc\n' });
  expect(text).toContain('\n Files: /etc\n');
});

test('lintian has nothing to say about copyright and changelog', () => {
  const dir = folder();
  const debs = [
    { license: 'MIT', licenseText: mit },
    { license: 'Apache-2.0', licenseText: null },
    { license: 'GPL-3.0-or-later', licenseText: null },
    { license: 'UNLICENSED', licenseText: null },
    { license: null, licenseText: null },
  ].map(({ license, licenseText }, index) => {
    const name = `hello${index}`;
    const root = join(dir, name);
    const doc = join(root, 'usr/share/doc', name);
    mkdirSync(doc, { recursive: true });
    mkdirSync(join(root, 'DEBIAN'));
    writeFileSync(
      join(root, 'DEBIAN/control'),
      `Package: ${name}\nVersion: ${app.version}\nArchitecture: all\nMaintainer: ${app.maintainer}\nSection: web\nPriority: optional\nDescription: says hello over HTTP\n Says hello.\n`,
    );
    writeFileSync(join(doc, 'copyright'), renderCopyright({ ...app, name, license, licenseText }));
    writeFileSync(
      join(doc, 'changelog.Debian.gz'),
      gzipSync(renderChangelog({ ...app, name }), { level: 9 }),
    );
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', root, `${root}.deb`], { stdio: 'pipe' });
    return `${root}.deb`;
  });
  const lintian = spawnSync('lintian', ['--allow-root', '--tag-display-limit', '0', ...debs], {
    encoding: 'utf8',
  });
  // The packages have no payload.
  const said = lintian.stdout
    .split('\n')
    .filter((line) => line !== '' && !/ empty-binary-package$/.test(line));
  expect(said).toEqual([]);
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-doc-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}
