import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Repository } from '../git/repository.ts';
import { mkdeb } from './mkdeb.ts';

test.each([
  [
    'Cargo.toml',
    '[package]\nname = "hello"\nversion = "1.2.0"\nauthors = ["Ada <ada@example.org>"]\ndescription = "greets people"\n',
    { 'src/main.rs': 'TcpListener::bind("0.0.0.0:8123")', 'target/release/hello': '' },
    './target/release/hello',
    '1.2.0',
  ],
  [
    'pyproject.toml',
    '[project]\nname = "hello"\nversion = "1.2.0rc1"\ndescription = "greets people"\nauthors = [{name = "Ada", email = "ada@example.org"}]\n',
    { 'app.py': 'port = 8123' },
    'python3 app.py',
    '1.2.0~rc1',
  ],
  [
    'go.mod',
    'module example.org/hello\n',
    { 'main.go': 'http.ListenAndServe(":8123", nil)', hello: '' },
    './hello',
    '3.0.0',
  ],
])('mkdeb init takes from %s what it says, and mkdeb builds from it', (file, text, files, exec, version) => {
  const repository = new Repository({ [file]: text, ...files, '.gitignore': '/target/\n' });
  for (const program of Object.keys(files).filter((path) => path.endsWith('hello')))
    chmodSync(join(repository.dir, program), 0o755);
  repository.commit('first');
  repository.tag('v3.0.0');
  repository.git('config', 'user.name', 'Ada Lovelace');
  repository.git('config', 'user.email', 'ada@example.org');
  expect(mkdeb(repository.dir, ['init'])).toMatchObject({ status: 0, stderr: '' });
  const yaml = readFileSync(join(repository.dir, 'mkdeb.yaml'), 'utf8');
  expect(yaml).toContain(`# name: hello (from ${file})\n`);
  expect(yaml).toContain('\n# changelog: git # ');
  expect(yaml).toContain(`\n  exec: ${exec} # `);
  expect(yaml).toContain('\n  port: 8123 ');
  const { status, stdout, stderr } = mkdeb(repository.dir, ['build', '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'hello', version });
});
