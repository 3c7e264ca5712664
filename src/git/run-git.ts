import { execa } from 'execa';

export interface GitAnswer {
  failed: boolean;
  stdout: Buffer;
  stderr: string;
}

/** What a user's configuration may say that would change what git answers. */
const asAlways = ['log.showSignature=false', 'log.follow=false', 'i18n.logOutputEncoding=UTF-8'].flatMap(
  (setting) => ['-c', setting],
);

/** Asks git, in English and without locks, about the repository around `dir`; null where there is no git. */
export async function git(dir: string, args: readonly string[]): Promise<GitAnswer | null> {
  const result = await execa('git', [...asAlways, '-C', dir, ...args], {
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    maxBuffer: 1_000_000_000,
    env: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
  });
  if (result.exitCode === undefined) return null;
  return {
    failed: result.failed,
    stdout: Buffer.from(result.stdout.buffer, result.stdout.byteOffset, result.stdout.byteLength),
    stderr: Buffer.from(result.stderr).toString(),
  };
}
