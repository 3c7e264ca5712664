/** The cases are those of Go's os.Expand (os/env_test.go). */
import { expect, test } from 'vitest';
import { type Expansion, expandDocument, expandVariables } from '../../../src/config/environment.ts';
import { readYaml } from '../../../src/config/source-document.ts';

const environment = { HOME: '/usr/gopher', H: '(Value of H)', home_1: '/usr/foo', _: 'underscore' };
const expand = (text: string, expansion: Expansion = 'all') =>
  expandVariables(text, environment, expansion).text;

test.each([
  ['', ''],
  ['$', '$'],
  ['now is the time', 'now is the time'],
  ['$HOME', '/usr/gopher'],
  ['$home_1', '/usr/foo'],
  ['${HOME}', '/usr/gopher'],
  ['${H}OME', '(Value of H)OME'],
  ['A$$$#$1$H$home_1*B', 'A(Value of H)/usr/foo*B'],
  ['start$+middle$^end$', 'start$+middle$^end$'],
  ['mixed$|bag$$$', 'mixed$|bag$'],
  ['$_', 'underscore'],
  ['${', ''],
  ['${}', ''],
  ['${unset}x', 'x'],
])('%s is expanded to %s', (text, expanded) => {
  expect(expand(text)).toBe(expanded);
});

test('only what is set, or nothing, where that is asked for', () => {
  expect(expand('$id.${H}.$$.${x', 'set')).toBe('$id.(Value of H).$$.${x');
  expect(expand('$H', 'none')).toBe('$H');
});

test('in a document each unset variable is told with its place', () => {
  const source = readYaml(
    'nfpm.yaml',
    'version: ${GIT}1\nlist:\n  - $H\n  - $GONE\nnumber: 5\n',
    () => false,
  );
  const expanded = expandDocument(source, environment, () => 'all');
  expect(expanded.source.value).toEqual({ version: '1', list: ['(Value of H)', ''], number: 5 });
  expect(expanded.unset).toEqual([
    'nfpm.yaml:1:10: ${GIT} is not set; it is left empty',
    'nfpm.yaml:4:5: ${GONE} is not set; it is left empty',
  ]);
});
