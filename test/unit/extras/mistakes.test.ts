import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mkdeb } from '../cli/mkdeb.ts';
import { appDirectory } from '../config/app-directory.ts';
import { files, least } from './app.ts';

/** What `mkdeb build` says, with exit code 2 and nothing written; the keys begin in line 9. */
function complaints(keys: string, more: Readonly<Record<string, string>> = {}): string[] {
  const all = { ...files, ...more };
  const dir = appDirectory({ 'mkdeb.yaml': `${least}${keys}\n`, ...all });
  const { status, stderr } = mkdeb(dir, ['build', '-o', 'out.deb']);
  expect(status).toBe(2);
  expect(readdirSync(dir)).not.toContain('out.deb');
  return stderr.trim().split('\n');
}

describe('each mistake in the configuration is told with its place and what was expected', () => {
  test.each([
    ['manpages: [man/none.1]', '9:12: manpages[0] is "man/none.1"; there is no such file in .'],
    [
      'manpages: doc/guide.txt',
      '9:11: manpages is "doc/guide.txt"; no section is found: expected ".TH NAME 1" or ".Dt NAME 1" in it, or a name such as shop.1',
    ],
    ['manpages: f.1.gz', '9:11: manpages is "f.1.gz"; expected a file that gzip has compressed'],
    ['completions: {bsh: x}', '9:15: unknown key "completions.bsh"; did you mean "bash"?'],
    [
      'cron: {daily: {clean.sh: packaging/clean.sh}}',
      '9:26: cron.daily.clean.sh is "packaging/clean.sh"; a job’s name has letters, digits, - and _ only: cron passes over a name with a dot (Policy 9.5)',
    ],
    [
      'cron: {daily: packaging/crontab}',
      '9:15: cron.daily is "packaging/crontab"; its first line has to name what runs it, such as "#!/bin/sh"',
    ],
    [
      'tmpfiles: {stall.conf: packaging/tmpfiles.conf}',
      '9:24: tmpfiles.stall.conf is "packaging/tmpfiles.conf"; expected a name of letters, digits and - _ . @ +, without .conf or .rules at its end',
    ],
    [
      'alternatives: [{name: stall, link: usr/bin/stall, path: /usr/lib/stall/dist/stall}]',
      '9:36: alternatives[0].link is "usr/bin/stall"; expected a path on the host such as /usr/bin/editor, without spaces and ".."',
    ],
    [
      'alternatives: [{name: stall, link: /usr/bin/stall, path: /usr/bin/stall-1}]',
      '9:16: alternatives[0].path is "/usr/bin/stall-1"; the package holds no such file',
    ],
    [
      'debconf: {templates: packaging/templates}',
      '9:1: debconf.config is missing; expected the path of the config script',
    ],
    [
      'units: [packaging/sysctl.conf]',
      '9:9: units[0] is "packaging/sysctl.conf"; expected a unit such as shop-report.timer: letters, digits and : _ . - with .service, .timer, .socket, .path or .target at its end',
    ],
    [
      'units: [{file: packaging/stall-report.timer, enable: false, start: true}]',
      '9:68: units[0].start is true; a unit that is not enabled is not started; leave start out, or enable out',
    ],
    [
      'units: [{file: packaging/stall-report.service, enable: true}]',
      '9:16: units[0].file is "packaging/stall-report.service"; without a section [Install] it can’t be enabled; add "[Install]" and "WantedBy=multi-user.target", say',
    ],
    [
      'units: [{file: packaging/stall-report.service, upgrade: with-release}]',
      '9:57: units[0].upgrade is "with-release"; the package has no service, and so no releases; use restart',
    ],
    [
      'service: {exec: ./stall, port: 80}\nunits: [{file: packaging/stall-report.service, upgrade: with-release}]',
      '10:16: units[0].file is "packaging/stall-report.service"; it runs nothing of a release; let its WorkingDirectory or ExecStart be in /usr/lib/stall/releases/current',
    ],
    [
      'udev: {60-a: packaging/scales.rules, 60-b: doc}',
      '9:44: udev.60-b is "doc"; expected a file, this is a directory',
    ],
  ])('%s', (keys, expected) => {
    expect(complaints(keys, { 'f.1.gz': 'no' })).toEqual([`mkdeb.yaml:${expected}`]);
  });
});

describe('each mistake in hooks is told', () => {
  test.each([
    [
      '{migrate: ./x}',
      '12:11: unknown key "service.hooks.migrate"; expected one of "prepare", "ready", "commit"',
    ],
    [
      '{prepare: migrate | tee}',
      '12:20: service.hooks.prepare is "migrate | tee"; "|" needs a shell, and none runs; quote it, or write a list: ["/bin/sh", "-c", "…"]',
    ],
    [
      '{ready: {run: ./warm, within: 0s}}',
      '12:40: service.hooks.ready.within is "0s"; expected a duration longer than 0',
    ],
    [
      '{commit: {run: ./x, user: My User}}',
      '12:36: service.hooks.commit.user is "My User"; expected a system user’s name: at most 31 lower-case letters, digits, - and _, a letter or _ first',
    ],
    [
      '{commit: 5}',
      '12:19: service.hooks.commit is 5; expected a command such as "./migrate", or a map such as {run: ./migrate, within: 5m, user: root}',
    ],
  ])('%s', (hooks, expected) => {
    expect(complaints(`service:\n  exec: ./stall\n  port: 80\n  hooks: ${hooks}`)).toEqual([
      `mkdeb.yaml:${expected}`,
    ]);
  });
});

test('a hook that the package does not hold is told', () => {
  expect(complaints('service: {exec: /usr/bin/true, port: 80, hooks: {prepare: ./migrate}}')).toEqual([
    'migrate: service.hooks.prepare starts it, but there is no such file; build the app first',
  ]);
});

describe('each line that the programs on the host would not read is told', () => {
  test.each([
    [
      'cron: {crontab: f}',
      '0 4 * * * /usr/bin/stall count\n',
      'f:1: in cron.d a user stands before the command: "5 4 * * * shop clean-up"',
    ],
    [
      'cron: {crontab: f}',
      '# all\n4 * root true\n',
      'f:2: expected five times, a user and a command such as "5 4 * * * shop clean-up"',
    ],
    ['cron: {crontab: f}', '@daily root true', 'f:1: a crontab’s last line needs a line end (crontab(5))'],
    [
      'tmpfiles: f',
      '/run/stall\n',
      'f:1: expected a type and a path such as "d /run/shop 0755 shop shop" (tmpfiles.d(5))',
    ],
    [
      'sysusers: f',
      '\nuser stall\n',
      'f:2: expected a type and a name such as "u shop - "Sells things"" (sysusers.d(5))',
    ],
    [
      'sysctl: f',
      'net.core.somaxconn 1\n',
      'f:1: expected a setting such as "vm.swappiness = 10" (sysctl.d(5))',
    ],
    [
      'debconf: {templates: f, config: packaging/config}',
      'Template: shop/x\nType: strin\n',
      'f:1: a question’s name begins with the package’s: "stall/…"\nf:2: expected a type, one of string, password, boolean, select, multiselect, note, error, title, text\nf:1: this paragraph has no Description',
    ],
    [
      'debconf: {templates: f, config: packaging/config}',
      'Template: stall/x\nType: note\n_Description: x\n',
      'f:3: _Description is for translators: give what po2debconf(1) makes of this file',
    ],
  ])('%s: %s', (keys, text, expected) => {
    expect(complaints(keys, { f: text })).toEqual(expected.split('\n'));
  });
});

test('two files for one place are a mistake, and debconf in two ways is too', () => {
  expect(complaints('manpages: [man/stall.1, "man/*.1"]')).toEqual([
    'mkdeb.yaml:9:25: manpages[1]: /usr/share/man/man1/stall.1.gz is in the package already, from mkdeb.yaml:9:12: manpages[0]; keep one of the two',
  ]);
  expect(
    complaints(
      'debconf: {templates: packaging/templates, config: packaging/config}\ndeb: {scripts: {config: packaging/config}}',
    ),
  ).toEqual([
    'mkdeb.yaml:10:25: deb.scripts.config is "packaging/config"; debconf.config is given too; keep that one',
  ]);
});
