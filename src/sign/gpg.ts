import { Readable } from 'node:stream';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';

export interface GpgCall {
  /** A GNUPGHOME; null: the user's own. */
  home: string | null;
  args: readonly string[];
  /** Null: gpg's agent asks for one where it needs one. */
  passphrase: string | null;
  input?: AsyncIterable<Uint8Array>;
}

export interface GpgOutcome {
  succeeded: boolean;
  output: Buffer;
  /** What it tells programs (doc/DETAILS of GnuPG): a keyword and its arguments each. */
  status: readonly (readonly [keyword: string, ...args: string[]])[];
  /** What it tells people, a line each, without its own name before it. */
  messages: readonly string[];
}

const statusMark = '[GNUPG:] ';

/** Runs gpg once. Throws BadInput where there is none; rejects once the signal aborts, and gpg is then gone. */
export async function runGpg(
  { home, args, passphrase, input }: GpgCall,
  signal: AbortSignal,
): Promise<GpgOutcome> {
  const call = [
    ...['--batch', '--no-tty', '--status-fd', '2'],
    ...(home === null ? [] : ['--homedir', home]),
    // Without one, the user's agent may ask on a screen; nobody knows of a throwaway home's.
    ...(passphrase === null && home === null ? [] : ['--pinentry-mode', 'loopback', '--passphrase-fd', '3']),
    ...args,
  ];
  const result = await execa('gpg', call, {
    input: Readable.from(input ?? [], { objectMode: false }),
    stdio: ['pipe', 'pipe', 'pipe', lineOf(passphrase ?? '')],
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: 1 << 26,
    reject: false,
    env: { LC_ALL: 'C.UTF-8' },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') {
    throw new BadInput('to sign, gpg is needed, and it is not installed: apt install gpg');
  }
  const lines = Buffer.from(result.stderr).toString('utf8').split('\n');
  return {
    succeeded: result.exitCode === 0,
    output: Buffer.from(result.stdout),
    status: lines
      .filter((line) => line.startsWith(statusMark))
      .map((line) => line.slice(statusMark.length).split(' ') as [string, ...string[]]),
    messages: lines
      .filter((line) => line !== '' && !line.startsWith(statusMark))
      .map((line) => line.replace(/^gpg: /, '')),
  };
}

async function* lineOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${text}\n`);
}
