import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/comparison.md'), 'utf8');
const tools = ['mkdeb', 'nfpm', 'fpm', 'cargo-deb', 'debhelper', 'jdeb'];

/** The rows of the page's tables: what it is about, and a cell for each tool. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
const heads = rows.filter(([about]) => about === '');
const features = rows.filter(([about]) => about !== '' && !about?.startsWith('---'));

test('every table compares the same tools, and no cell is empty', () => {
  expect(heads).toEqual([1, 2, 3, 4].map(() => ['', ...tools]));
  expect(features.length).toBeGreaterThan(30);
  for (const row of features) {
    expect(row).toHaveLength(1 + tools.length);
    expect(row).not.toContain('');
  }
});

test('everything that mkdeb does has a test, which is there', () => {
  for (const [about, mkdeb = ''] of features) {
    if (mkdeb === 'no') continue;
    const tests = [...mkdeb.matchAll(/\]\((\.\.\/test\/[^)]+\.test\.ts)\)/g)].map(([, path = '']) => path);
    expect(tests, about).not.toEqual([]);
    expect(
      tests.filter((path) => !existsSync(join(root, 'docs', path))),
      about,
    ).toEqual([]);
  }
});

test('what is linked outside is one state of a public document', () => {
  const outside = [...page.matchAll(/\]\((https:[^)]+)\)/g)].map(([, url = '']) => url);
  expect(outside.length).toBeGreaterThan(tools.length);
  for (const url of outside) {
    expect(url).toMatch(
      /^https:\/\/(github\.com\/[^/]+\/[^/]+\/blob\/[0-9a-f]{40}\/|man7\.org\/linux\/man-pages\/)/,
    );
  }
});

test('every link of the README and of every page leads somewhere', () => {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  const dead = pages
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)]
        .filter(([, target = '']) => !existsSync(join(root, dirname(name), target)))
        .map(([, target = '']) => `${name}: ${target}`);
    });
  expect(dead).toEqual([]);
});
