import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { controlDescription, controlValue } from '../../../src/render/quote/control.ts';

test('a simple field refuses what would not come back', () => {
  expect(controlValue('Jürgen <j@example.org>')).toBe('Jürgen <j@example.org>');
  for (const wrong of ['', '  ', 'a\nEssential: yes', 'a\rb', ' a', 'a\t', 'a\0b']) {
    expect(() => controlValue(wrong), JSON.stringify(wrong)).toThrow(BadInput);
  }
});

test('a description keeps its paragraphs, and dpkg reads it', () => {
  const value = controlDescription('serves hellos', '\nOne.\n\n.dot\nPackage: evil\n\ttab\n');
  expect(value).toBe('serves hellos\n One.\n .\n  .dot\n Package: evil\n     tab');

  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-control-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'DEBIAN'));
  writeFileSync(
    join(dir, 'DEBIAN/control'),
    `Package: a\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nDescription: ${value}\n`,
  );
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', dir, join(dir, 'a.deb')], { stdio: 'pipe' });
  const read = execFileSync('dpkg-deb', ['--field', join(dir, 'a.deb'), 'Description'], { encoding: 'utf8' });
  expect(read).toBe(`${value}\n`);
  expect(execFileSync('dpkg-deb', ['--field', join(dir, 'a.deb'), 'Package'], { encoding: 'utf8' })).toBe(
    'a\n',
  );
});
