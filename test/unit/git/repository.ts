import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appDirectory } from '../config/app-directory.ts';

/** A real git repository, gone when the test has ended. Its clock begins at 2023-11-14 and goes on a minute a step. */
export class Repository {
  readonly dir: string;
  #seconds = 1_700_000_000;

  constructor(files: Readonly<Record<string, string | object>> = {}) {
    this.dir = appDirectory(files);
    this.git('init', '-q', '-b', 'main');
  }

  git(...args: string[]): string {
    const date = `@${this.#seconds} +0100`;
    return execFileSync('git', ['-C', this.dir, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Ada Lovelace',
        GIT_AUTHOR_EMAIL: 'ada@example.org',
        GIT_COMMITTER_NAME: 'Merge Bot',
        GIT_COMMITTER_EMAIL: 'bot@example.org',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  /** Commits everything, with a change below `folder`, and returns the first ten digits of its hash. */
  commit(message: string, folder = '.'): string {
    this.#seconds += 60;
    this.write(`${folder}/change`, String(this.#seconds));
    this.git('add', '--all');
    this.git('commit', '-q', '-m', message);
    return this.git('rev-parse', 'HEAD').slice(0, 10);
  }

  /** A lightweight tag, or with a message an annotated one. */
  tag(name: string, message?: string): void {
    this.#seconds += 60;
    this.git('tag', ...(message === undefined ? [] : ['-a', '-m', message]), name);
  }
}
