import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completedCommands } from '../../../src/completion/completed-command.ts';
import { program } from '../../../src/program.ts';
import { mkdeb } from '../cli/mkdeb.ts';
import { type InteractiveShell, interactiveShell } from './interactive-shell.ts';

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mkdeb-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, stdout } = mkdeb(work, ['completion', shell]);
    expect(status).toBe(0);
    writeFileSync(join(work, `completion.${shell}`), stdout);
  }
  mkdirSync(join(work, 'here/folder'), { recursive: true });
  for (const file of ['one.deb', 'two words.deb', 'notes.txt']) writeFileSync(join(work, 'here', file), '');
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const commands = [...completedCommands(program()).map(({ name }) => name)].sort();

/** What comes after `mkdeb`, and what all that can stand at its end is. */
const lines: [string, readonly string[]][] = [
  ['', commands],
  ['re', ['rehearse', 'render', 'repo']],
  ['lint ', ['folder/', 'one.deb', 'two words.deb']],
  ['diff one.deb ', ['folder/', 'one.deb', 'two words.deb']],
  ['build ', ['folder/']],
  ['build --compress ', ['gzip', 'none', 'xz', 'zstd']],
  ['build --compress x', ['xz']],
  ['build --sign-type ', ['archive', 'maint', 'origin']],
  ['build --config n', ['notes.txt']],
  ['build --checks', ['--checksums']],
  ['rehearse --debian ', ['12', '13']],
  ['rehearse --report n', ['notes.txt']],
  ['repo --unsigned ', ['folder/']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['help li', ['lint']],
];

describe.each(['bash', 'zsh'] as const)('%s', (name) => {
  let shell: InteractiveShell;
  beforeAll(async () => {
    shell = await interactiveShell(name, join(work, `completion.${name}`), join(work, 'here'));
  }, 60_000);
  afterAll(() => shell?.end());

  test.each(lines)('completes "mkdeb %s"', async (typed, all) => {
    const before = typed.split(' ').filter((word, i, words) => i < words.length - 1 && word !== '').length;
    const found = (await shell.wordsOf(typed)).slice(before);
    expect(found.map((word) => (word === 'folder' ? 'folder/' : word)).sort()).toEqual(all);
  });

  test('completes the value of --option=', async () => {
    const [, ...found] = await shell.wordsOf('build --compress=x');
    expect(found).toEqual(['--compress=xz']);
  });

  test('offers nothing where the user makes something up', async () => {
    expect(await shell.wordsOf('build --version ')).toEqual(['build', '--version']);
  });
});

describe('fish', () => {
  const complete = (typed: string) =>
    execFileSync('fish', ['--no-config', '-c', `source ../completion.fish; complete -C $argv[1]`, typed], {
      cwd: join(work, 'here'),
      encoding: 'utf8',
      env: { ...process.env, HOME: work, TERM: 'xterm' },
    })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0]);

  test.each(lines)('completes "mkdeb %s"', (typed, all) => {
    expect(complete(`mkdeb ${typed}`).sort()).toEqual(all);
  });

  test('offers nothing where the user makes something up', () => {
    expect(complete('mkdeb build --version ')).toEqual([]);
  });
});

test('shellcheck has nothing to say about bash’s, and each shell can read its own', () => {
  const { stdout, stderr } = spawnSync('shellcheck', [join(work, 'completion.bash')], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const checked = spawnSync(shell, ['-n', join(work, `completion.${shell}`)], { encoding: 'utf8' });
    expect(checked).toMatchObject({ status: 0, stderr: '' });
  }
});

test('every option of every command is completed, with what it is for', () => {
  const fish = mkdeb(work, ['completion', 'fish']).stdout;
  const options = completedCommands(program()).flatMap(({ name, options: own }) =>
    own.map(({ flags }) => [name, flags.at(-1)] as const),
  );
  expect(options.length).toBeGreaterThan(60);
  const missing = options.filter(
    ([name, flag]) =>
      !fish
        .split('\n')
        .some(
          (line) =>
            line.includes(`'_mkdeb_in ${name}'`) && line.includes(` '${flag?.replace(/^-+/, '')}' -d '`),
        ),
  );
  expect(missing).toEqual([]);
});

test('a shell that is not known is refused', () => {
  expect(mkdeb(work, ['completion', 'bsh'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: 'the shell is "bsh"; did you mean "bash"?\n',
  });
});
