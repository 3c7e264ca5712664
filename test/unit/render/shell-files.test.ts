import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('shellcheck has nothing to say about the shell files of this repository', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  }).split('\n');
  const shell = files.filter((file) => {
    const text = read(file);
    return isScript(text) && !text.includes('<%');
  });
  expect(shell).toContain('.ci/run');
  expect(shellcheck(shell, root)).toBe('');
}, 120_000);

/** Inside quotes or a comment a quoted word is none: `"<%= x %>"` would let a value out. */
test('shell templates write values only where a word can stand', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'templates'], {
    cwd: root,
    encoding: 'utf8',
  }).split('\n');
  const loose: string[] = [];
  for (const file of files) {
    const text = read(file);
    // Another template, whose own values are quoted.
    expect(text.replace(/^<%- include\('[a-z-]+\.sh', \{[ a-z,]*\}\) %>$/gm, ''), file).not.toContain('<%-');
    if (!isScript(text) && !file.startsWith('templates/runtime/')) continue;
    text.split('\n').forEach((line, index) => {
      const outside = line.replace(/(^|[ =(])<%= [^%]+ %>(?=$|[ ;)])/g, '$1');
      const comment = /^\s*#/.test(line) && !/<%= comment\(/.test(line);
      if (outside.includes('<%=') || (comment && line.includes('<%=')))
        loose.push(`${file}:${index + 1}: ${line}`);
    });
  }
  expect(loose).toEqual([]);
});

function read(file: string): string {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    // Deleted and not committed yet, or a link to a folder.
    return '';
  }
}

/** Files that scripts source have no first line of this kind; they are checked with the scripts. */
function isScript(text: string): boolean {
  return /^#!.*\b(sh|bash|dash)\b/.test(text);
}

function shellcheck(files: string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(
    'shellcheck',
    ['--external-sources', '--check-sourced', '--format=gcc', ...files],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  return stdout + stderr;
}
