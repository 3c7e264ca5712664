import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real program, as the test run's setup compiled it, in `cwd`; `stdout` is a descriptor that its output goes to. */
export function mkdeb(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdout: number | 'pipe' = 'pipe',
): Ran {
  return spawnSync(process.execPath, [cli, ...args], {
    cwd,
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000', ...env },
  });
}
