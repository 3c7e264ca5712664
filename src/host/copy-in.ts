import { stat } from 'node:fs/promises';
import { execa } from 'execa';

const copyTimeout = 600_000;

/** For archives: bytes, not text, passed on and not gathered. */
export const raw = {
  encoding: 'buffer',
  buffer: { stdout: false, stderr: true },
  timeout: copyTimeout,
} as const;

/**
 * Copies a file, or what is in a directory, to an absolute path of a host; parents are made. Owned by root, modes kept.
 * `enter` makes the argv that runs an argv on the host. Rejects where a copy takes longer than ten minutes.
 */
export async function copyIn(
  enter: (argv: readonly string[]) => [string, ...string[]],
  local: string,
  remote: string,
): Promise<void> {
  const on = (...argv: string[]) => enter(argv);
  const found = await stat(local);
  if (found.isDirectory()) {
    const [make, ...makeArgs] = on('mkdir', '-p', remote);
    await execa(make, makeArgs, { ...raw, stdin: 'ignore' });
    const [command, ...args] = on('tar', '-x', '-C', remote);
    await execa('tar', ['-c', '-C', local, '--owner=root', '--group=root', '.'], raw).pipe(
      command,
      args,
      raw,
    );
  } else {
    const mode = (found.mode & 0o7777).toString(8);
    const [make, ...makeArgs] = on('install', '-D', '-m', mode, '/dev/null', remote);
    await execa(make, makeArgs, { ...raw, stdin: 'ignore' });
    const [command, ...args] = on('dd', 'status=none', 'bs=1M', `of=${remote}`);
    await execa(command, args, { stdin: { file: local }, timeout: copyTimeout });
  }
}
