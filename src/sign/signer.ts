import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BadInput } from '../bad-input.ts';
import { type GpgOutcome, runGpg } from './gpg.ts';
import { gpgFailure } from './gpg-failure.ts';
import type { SigningRequest } from './signing-request.ts';

export interface Signature {
  bytes: Buffer;
  /** Of the key, or the subkey, that made it, in hex. */
  fingerprint: string;
}

/** A key that signs. */
export interface Signer {
  /** A detached OpenPGP signature, binary unless `armor`. Throws BadInput where the key does not sign, and says why. */
  detached(data: AsyncIterable<Uint8Array>, options?: { armor?: boolean }): Promise<Signature>;
  /** A text with its signature around it (RFC 4880, 7). */
  clear(text: string): Promise<Signature>;
  /** The public key that belongs to a signature, armored. */
  publicKey(fingerprint: string): Promise<string>;
}

/**
 * Runs a task with the key that was asked for. A key's file is imported into a GNUPGHOME of its own, which nobody else may
 * read and which is gone when this settles. Throws BadInput where there is no gpg or no such key.
 */
export async function withSigner<T>(
  request: SigningRequest,
  signal: AbortSignal,
  task: (signer: Signer) => Promise<T>,
): Promise<T> {
  const { key, passphrase } = request;
  if (key.from === 'keyring') {
    const named = key.id === null ? [] : [key.id];
    const args = ['--list-secret-keys', '--with-colons', '--', ...named];
    const { output } = await runGpg({ home: null, args, passphrase: null }, signal);
    if (!/^sec:/m.test(output.toString('latin1'))) throw unusable(request, unknownKey);
    return task(signerIn(null, key.id, request, signal));
  }
  await access(key.path, constants.R_OK).catch((error: Error) => {
    throw new BadInput(`--sign is "${key.path}"; the key’s file cannot be read: ${error.message}`);
  });
  const home = await mkdtemp(join(tmpdir(), 'mkdeb-gnupg-'));
  try {
    const args = ['--import', '--', key.path];
    const imported = await runGpg({ home, args, passphrase }, signal);
    return await task(signerIn(home, onlySecretKey(key.path, imported), request, signal));
  } finally {
    await endAgent(home);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const unknownKey = { status: [['FAILURE', 'sign', '17']], messages: [] } as const;

function unusable({ key }: SigningRequest, outcome: Pick<GpgOutcome, 'status' | 'messages'>): BadInput {
  const value = key.from === 'file' ? `"${key.path}"` : key.id === null ? 'gpg’s default key' : `"${key.id}"`;
  return new BadInput(`--sign is ${value}; ${gpgFailure(outcome)}`);
}

function signerIn(
  home: string | null,
  key: string | null,
  request: SigningRequest,
  signal: AbortSignal,
): Signer {
  const { passphrase } = request;
  const user = key === null ? [] : ['--local-user', key];
  const sign = async (mode: readonly string[], input: AsyncIterable<Uint8Array>): Promise<Signature> => {
    // A gpg.conf of the user's may ask for armor.
    const args = ['--openpgp', ...user, '--output', '-', ...mode];
    const outcome = await runGpg({ home, args, passphrase, input }, signal);
    const fingerprint = outcome.status.find(([keyword]) => keyword === 'SIG_CREATED')?.[6];
    if (!outcome.succeeded || fingerprint === undefined) throw unusable(request, outcome);
    return { bytes: outcome.output, fingerprint };
  };
  return {
    detached: (data, { armor = false } = {}) =>
      sign([armor ? '--armor' : '--no-armor', '--detach-sign'], data),
    clear: (text) => sign(['--clear-sign'], bytesOf(text)),
    async publicKey(fingerprint) {
      const args = ['--armor', '--export-options', 'export-minimal', '--export', fingerprint];
      const { output } = await runGpg({ home, args, passphrase: null }, signal);
      return output.toString('latin1');
    },
  };
}

function onlySecretKey(path: string, { status, messages }: GpgOutcome): string {
  const secret = new Set(
    status.flatMap(([keyword, flags, fingerprint]) =>
      keyword === 'IMPORT_OK' && fingerprint !== undefined && (Number(flags) & 16) !== 0 ? [fingerprint] : [],
    ),
  );
  const [first, ...others] = secret;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new BadInput(
      `--sign is "${path}"; the file holds ${secret.size} secret keys, expected one: gpg --export-secret-keys FINGERPRINT`,
    );
  }
  const isPublic = status.some(([keyword]) => keyword === 'IMPORT_OK');
  const why = isPublic ? 'a public key only' : `no OpenPGP key (${messages[0] ?? 'gpg says nothing more'})`;
  throw new BadInput(
    `--sign is "${path}"; the file holds ${why}, expected what gpg --export-secret-keys writes`,
  );
}

/** gpg starts an agent for each home, which would stay until it sees that the home is gone. */
async function endAgent(home: string): Promise<void> {
  await promisify(execFile)('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => {});
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
