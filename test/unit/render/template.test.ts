import { expect, test } from 'vitest';
import { BadInput } from '../../../src/bad-input.ts';
import { renderText } from '../../../src/render/template.ts';

const evil = `it's "$(reboot)" 100%`;

test('each kind of file quotes in its own way', () => {
  expect(renderText('a=<%= a %>\n', { a: evil }, 'shell', 'x')).toBe(`a='it'\\''s "$(reboot)" 100%'\n`);
  expect(renderText('Description=<%= a %>\n', { a: evil }, 'unit', 'x')).toBe(
    'Description=it\'s "$(reboot)" 100%%\n',
  );
  expect(renderText('Homepage: <%= a %>\n', { a: evil }, 'control', 'x')).toBe(`Homepage: ${evil}\n`);
});

test('a list becomes words', () => {
  expect(renderText('set -- <%= a %>\n', { a: ['x', 'y z', 3] }, 'shell', 'x')).toBe(
    "set -- 'x' 'y z' '3'\n",
  );
});

test('a unit template quotes Exec lines and environments with functions', () => {
  const text = 'ExecStart=<%= program(p) %> <%= word(args) %>\nEnvironment=<%= environment("A", a) %>\n';
  expect(renderText(text, { p: '/bin/echo', args: ['$x', 'y'], a: evil }, 'unit', 'x')).toBe(
    'ExecStart=/bin/echo "$$x" y\nEnvironment="A=it\'s \\"$(reboot)\\" 100%%"\n',
  );
});

test('a missing variable is an error that names the template', () => {
  expect(() => renderText('<%= nothing %>', {}, 'shell', 'dir/file')).toThrow(
    /dir\/file.*nothing is not defined/,
  );
  expect(() => renderText('<%= a.b %>', { a: {} }, 'shell', 'dir/file')).toThrow(
    /dir\/file.*cannot write undefined/,
  );
});

test('a value that the file cannot hold is bad input, told without the template', () => {
  expect(() => renderText('A=<%= a %>', { a: 'x\ny' }, 'unit', 'x')).toThrow(BadInput);
});
