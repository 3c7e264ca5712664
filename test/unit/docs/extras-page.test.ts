import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { run } from '../deb/scratch.ts';
import { files as stall } from '../extras/app.ts';
import { blocks, deadLinks, docs, wholeConfig } from './page.ts';

const page = readFileSync(`${docs}/extras.md`, 'utf8');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => [text.slice(0, text.indexOf('\n')), text] as const);

/** What the samples name and the page does not show. */
const others: Readonly<Record<string, string>> = {
  shop: '#!/bin/sh\n',
  'shop-edit': '#!/bin/sh\n',
  'shop-mail': '#!/bin/sh\n',
  migrate: '#!/bin/sh\n',
  'README.md': 'A shop.\n',
  'man/shop.1': stall['man/stall.1'] as string,
  'man/shop-edit.1': stall['man/stall.1'] as string,
  'man/de/shop.1': stall['man/de/stall.1'] as string,
  'completions/shop.bash': stall['completions/stall.bash'] as string,
  'completions/shopctl.zsh': stall['completions/stallctl.zsh'] as string,
  'doc/guide.txt': 'Guide.\n',
  'doc/shop.info': stall['doc/stall.info'] as string,
  'examples/shop.conf': 'a=1\n',
  'packaging/sysusers.conf': stall['packaging/sysusers.conf'] as string,
  'packaging/tmpfiles.conf': stall['packaging/tmpfiles.conf'] as string,
  'packaging/sysctl.conf': stall['packaging/sysctl.conf'] as string,
  'packaging/scales.rules': stall['packaging/scales.rules'] as string,
  'packaging/crontab': stall['packaging/crontab'] as string,
  'packaging/clean-up.sh': stall['packaging/clean.sh'] as string,
  'packaging/logrotate': stall['packaging/logrotate'] as string,
  'packaging/templates': 'Template: shop/greeting\nType: string\nDescription: Greeting:\n What it says.\n',
  'packaging/shop-report.timer': stall['packaging/stall-report.timer'] as string,
  'packaging/shop-report.service': stall['packaging/stall-report.service'] as string,
};

/** Files and maintainer scripts of the package that a section's sample makes. */
function packaged(section: string): { list: string; control: (file: string) => string } {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-extras-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const shown = blocks(section);
  const [config] = shown.filter(({ language }) => language === 'yaml');
  const written = Object.fromEntries(
    shown.flatMap(({ file, text }) => (file === null ? [] : [[file, text]])),
  );
  const all: Record<string, string> = { ...others, ...written };
  all['mkdeb.yaml'] = wholeConfig(config?.text ?? '').replace('name: hello', 'name: shop');
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    if (text.startsWith('#!')) chmodSync(join(dir, path), 0o755);
  }
  const { status, stderr } = mkdeb(dir, ['build', '-o', 'shop.deb', '--compress', 'gzip']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const deb = join(dir, 'shop.deb');
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const text = run('sh', '-c', `dpkg-deb --ctrl-tarfile ${deb} | tar -xO ./${script} 2>/dev/null || true`);
    if (text === '') continue;
    writeFileSync(join(dir, script), text);
    run('shellcheck', '--norc', join(dir, script));
  }
  return {
    list: run('dpkg-deb', '--contents', deb),
    control: (file) => run('dpkg-deb', '--info', deb, file),
  };
}

const section = (title: string) => sections.find(([name]) => name === title)?.[1] ?? '';

test('every section has one sample, and its test', () => {
  expect(sections.map(([title]) => title)).toEqual([
    'Documents and completions',
    'For other programs of the host',
    'Alternatives',
    'Questions',
    'Further units',
    'Hooks',
  ]);
  for (const [, text] of sections)
    expect(blocks(text).filter(({ language }) => language === 'yaml')).toHaveLength(1);
});

test('documents and completions go where the page says', () => {
  const { list } = packaged(section('Documents and completions'));
  for (const path of [
    'man/man1/shop.1.gz',
    'man/de/man1/shop.1.gz',
    'bash-completion/completions/shop',
    'zsh/vendor-completions/_shopctl',
    'doc/shop/README.md',
    'doc/shop/examples/shop.conf',
    'info/shop.info.gz',
  ])
    expect(list).toContain(` ./usr/share/${path}\n`);
});

test('what is for other programs goes where the page says, and postinst says so', () => {
  const { list, control } = packaged(section('For other programs of the host'));
  for (const path of [
    'usr/lib/sysusers.d/shop.conf',
    'usr/lib/tmpfiles.d/shop.conf',
    'usr/lib/sysctl.d/30-shop.conf',
    'usr/lib/udev/rules.d/70-shop-scales.rules',
    'etc/cron.d/shop',
    'etc/cron.daily/shop',
    'etc/logrotate.d/shop',
  ])
    expect(list).toContain(` ./${path}\n`);
  const postinst = control('postinst');
  for (const command of [
    'systemd-sysusers',
    'systemd-tmpfiles --create',
    'systemd-sysctl',
    'udevadm control --reload',
  ])
    expect(postinst).toContain(command);
});

test('alternatives are installed and taken away', () => {
  const { control } = packaged(section('Alternatives'));
  expect(control('postinst')).toContain(
    "set -- '/usr/bin/editor' 'editor' '/usr/lib/shop/dist/shop-edit' '40'\n",
  );
  expect(control('prerm')).toContain(
    "update-alternatives --remove 'editor' '/usr/lib/shop/dist/shop-edit'\n",
  );
});

test('questions are asked, read and forgotten', () => {
  const { control } = packaged(section('Questions'));
  expect(control('config')).toBe(
    blocks(section('Questions')).find(({ file }) => file === 'packaging/config')?.text,
  );
  expect(control('control')).toContain('debconf (>= 0.5) | debconf-2.0');
  expect(control('postinst')).toContain('db_get shop/greeting');
  expect(control('postrm')).toContain('db_purge');
});

test('units are started, and one goes with the release', () => {
  const { list, control } = packaged(section('Further units'));
  for (const unit of ['shop-report.timer', 'shop-report.service', 'shop-mail.service'])
    expect(list).toContain(` ./usr/lib/systemd/system/${unit}\n`);
  const postinst = control('postinst');
  expect(postinst).toContain("start_unit 'shop-report.timer' 'start' 'restart'\n");
  expect(postinst).toContain("start_unit 'shop-mail.service' 'start' 'none'\n");
  expect(postinst).not.toContain("start_unit 'shop-report.service'");
});

test('hooks are in the release', () => {
  const { list } = packaged(section('Hooks'));
  expect(list).toContain(' ./usr/lib/shop/dist/migrate\n');
  expect(list).toContain(' ./usr/lib/shop/handoff/hook\n');
});

test('every link of the page leads somewhere', () => {
  expect(deadLinks(page)).toEqual([]);
});
