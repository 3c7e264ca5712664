import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonSchema } from '../../../src/config/schema.ts';
import { describedKeys } from '../../../src/manual/described-keys.ts';
import { manualPages } from '../../../src/manual/manual-pages.ts';
import { program } from '../../../src/program.ts';
import { manualText } from '../../../src/render/quote/manual.ts';

const sources = fileURLToPath(new URL('../../../src', import.meta.url));
const pages = manualPages(program(), 1_700_000_000);

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mkdeb-manual-'));
  for (const { file, text } of pages) writeFileSync(join(work, file), text);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A page as man(1) shows it on a very wide terminal, white space evened out. */
const shown = (file: string) =>
  execFileSync('man', ['--local-file', join(work, file)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', MANWIDTH: '5000', MAN_KEEP_FORMATTING: '' },
  }).replaceAll(/\s+/g, ' ');

test('there are mkdeb(1) and mkdeb.yaml(5)', () => {
  expect(pages.map(({ file }) => file)).toEqual(['mkdeb.1', 'mkdeb.yaml.5']);
});

describe.each(pages.map(({ file }) => file))('%s', (file) => {
  test('mandoc and groff have nothing to say about it', () => {
    const said = ([command = '', ...args]: readonly string[]) => {
      const { stdout, stderr } = spawnSync(command, [...args, join(work, file)], { encoding: 'utf8' });
      return stdout + stderr;
    };
    expect(said(['mandoc', '-Tlint', '-Wwarning'])).toBe('');
    for (const device of ['ascii', 'utf8'])
      expect(said(['groff', '-man', `-T${device}`, '-ww', '-z'])).toBe('');
  });

  test('whatis(1) knows it by its name', () => {
    expect(execFileSync('lexgrog', [join(work, file)], { encoding: 'utf8' })).toMatch(
      new RegExp(`: "${file.slice(0, -2)} - .+"\\n$`),
    );
  });
});

test('mkdeb(1) has every command, argument and option, with what the help says of it', () => {
  const page = shown('mkdeb.1');
  const help = program().createHelp();
  for (const command of help.visibleCommands(program())) {
    expect(page).toContain(` ${command.name()} [OPTIONS]`);
    expect(page).toContain(command.description().slice(1));
    for (const option of help.visibleOptions(command)) {
      expect(page).toContain(` ${option.flags.replace(/<(.*)>/, '$1')} ${help.optionDescription(option)}`);
    }
    for (const argument of command.registeredArguments)
      expect(page).toContain(help.argumentDescription(argument));
  }
});

test('mkdeb.yaml(5) has every key of the JSON schema, with its description', () => {
  const page = shown('mkdeb.yaml.5');
  const keys = describedKeys(jsonSchema());
  const names = keys.map(({ key }) => key);
  for (const key of [
    'name',
    'contents[].file_info.mode',
    'service.health.within',
    'service.canary.steps[].share',
    'deb.triggers.interest',
  ])
    expect(names).toContain(key);
  expect(new Set(names).size).toBe(names.length);
  for (const { key, type, required, says } of keys) {
    expect(page).toContain(
      ` ${key} (${type}${required ? '; required' : ''})${says === null ? '' : ` ${says.replaceAll('…', '...')}`}`,
    );
  }
  const described = new Set(keys.map(({ says }) => says));
  const descriptions = propertiesIn(jsonSchema()).flatMap(({ description }) => description ?? []);
  // Said of $schema.
  expect(descriptions.filter((says) => !described.has(says))).toEqual(['For editors.']);
});

test('mkdeb(1) has every variable of the environment that mkdeb reads', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const read = files.flatMap((name) => [
    ...readFileSync(join(sources, name), 'utf8').matchAll(/\benv(?:ironment)?\['([A-Z_]+)'\]/g),
  ]);
  const names = new Set(read.map(([, name = '']) => name).filter((name) => name !== 'PATH'));
  expect(names).toContain('SOURCE_DATE_EPOCH');
  const page = shown('mkdeb.1');
  expect([...names].filter((name) => !page.includes(name))).toEqual([]);
});

test('text in a page is shown as it is', () => {
  const nasty = `.TH 'it' \\fB\\n - -- ~^\` "x" ‘a’ “b” → ü 🦀 ${'.'}end`;
  writeFileSync(join(work, 'nasty.1'), `.TH X 1\n.SH NAME\nx \\- y\n.SH TEXT\n${manualText(nasty)}\n`);
  expect(shown('nasty.1')).toContain(` TEXT ${nasty} `);
});

/** The schema of every key, however deep. */
function propertiesIn(schema: unknown): { description?: string }[] {
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.values(value as Record<string, object>) : []),
    ...propertiesIn(value),
  ]);
}
