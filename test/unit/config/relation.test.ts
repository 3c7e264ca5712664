import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type RelationField, relationMistake } from '../../../src/config/relation.ts';

const folder = mkdtempSync(join(tmpdir(), 'mkdeb-relation-'));
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether dpkg-deb builds a package with this relation without a word. */
function dpkgTakes(field: string, relation: string): boolean {
  const control = `Package: aa\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: a\n${field}: ${relation}\n`;
  writeFileSync(join(tree, 'DEBIAN/control'), control);
  const { status, stderr } = spawnSync('dpkg-deb', ['-Znone', '-b', tree, join(folder, 'aa.deb')], {
    encoding: 'utf8',
  });
  return status === 0 && stderr === '';
}

test.each<[RelationField, string]>([
  ['depends', 'libc6'],
  ['depends', 'libc6 (>= 2.36)'],
  ['depends', 'libc6(>=2.36)'],
  ['depends', 'nodejs | bun (<< 2~)'],
  ['depends', 'python3:any'],
  ['depends', 'libc6:amd64 (= 1:2.36-9+deb12u1)'],
  ['provides', 'httpd'],
  ['provides', 'httpd (= 1.0)'],
  ['breaks', 'hello (<< 2)'],
])('%s: %s is a relation, for dpkg too', (field, relation) => {
  expect(relationMistake(relation, field)).toBeNull();
  expect(dpkgTakes(field, relation)).toBe(true);
});

test.each<[RelationField, string]>([
  ['depends', ''],
  ['depends', 'b b'],
  ['depends', 'bb ('],
  ['depends', 'bb ()'],
  ['depends', 'bb (>=)'],
  ['depends', 'bb (> 1)'],
  ['depends', 'bb (< 1)'],
  ['depends', 'bb (1)'],
  ['depends', 'bb (>= 1 2)'],
  ['depends', 'bb (>= x)'],
  ['depends', 'bb [amd64]'],
  ['depends', 'bb <!nocheck>'],
  ['depends', 'bb |'],
  ['depends', '-bb'],
  ['depends', 'bb:foo_'],
  ['depends', '${shlibs:Depends}'],
  ['provides', 'bb | cc'],
  ['conflicts', 'bb | cc'],
  ['breaks', 'bb | cc'],
  ['replaces', 'bb | cc'],
  ['provides', 'bb (>= 1)'],
])('%s: %j is none, for dpkg neither', (field, relation) => {
  expect(relationMistake(relation, field)).not.toBeNull();
  expect(dpkgTakes(field, relation)).toBe(false);
});

test('no line break gets through', () => {
  expect(relationMistake('libc6\nEssential: yes', 'depends')).not.toBeNull();
});

test('what is a relation here is one for dpkg', () => {
  const part = fc.constantFrom(
    'bb',
    'c+',
    'X',
    '(',
    ')',
    '>=',
    '<<',
    '=',
    '>',
    '1',
    '2:3-4',
    ' ',
    '|',
    ':any',
    '[',
    '<',
    ':',
  );
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.constantFrom<RelationField>('depends', 'provides'),
      (parts, field) => {
        const relation = parts.join('').trim();
        fc.pre(relationMistake(relation, field) === null);
        expect(dpkgTakes(field, relation)).toBe(true);
      },
    ),
    { numRuns: 60, maxSkipsPerRun: 1_000 },
  );
});
