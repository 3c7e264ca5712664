import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { loadConfig } from '../config/load-one.ts';
import { compileC, plainProgram } from '../native-programs.ts';
import { blocks, docs, wholeConfig } from './page.ts';

const page = readFileSync(`${docs}/dependencies.md`, 'utf8');
const configurations = blocks(page)
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text);

test('every configuration of the page is one', async () => {
  expect(configurations).toHaveLength(3);
  for (const text of configurations) {
    const exec = text.includes('service:')
      ? text.replace('service:\n', 'service:\n  exec: node server.js\n')
      : text;
    const { config, warnings } = await loadConfig(appDirectory({ 'mkdeb.yaml': wholeConfig(exec) }));
    expect(warnings).toEqual([]);
    expect(config).toMatchObject(parse(text).service === undefined ? {} : { service: { node: '22' } });
  }
});

test('an app with all that needs no network of it is built, with two packages', () => {
  const dir = appDirectory({ 'app/mkdeb.yaml': '' });
  const all = configurations.filter((text) => !text.includes('service:')).join('');
  writeFileSync(join(dir, 'app/mkdeb.yaml'), wholeConfig(all));
  compileC(join(dir, 'app/hello'), plainProgram, '-g');
  expect(mkdeb(dir, ['build', 'app'])).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(dir).filter((name) => name.endsWith('.deb'))).toHaveLength(2);
});

test('every link of the page leads somewhere', () => {
  const targets = [...page.matchAll(/\]\((?!https:|#)([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
  expect(targets.filter((target) => !existsSync(join(docs, target)))).toEqual([]);
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );
  const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
  expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});
