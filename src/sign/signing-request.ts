import { readFileSync } from 'node:fs';
import { BadInput } from '../bad-input.ts';

/** With which key to sign, as it was asked for. */
export interface SigningRequest {
  /** `keyring`: gpg's own, by an id, a fingerprint or a user id, or null for gpg's default; `file`: an exported secret key. */
  key: { from: 'keyring'; id: string | null } | { from: 'file'; path: string };
  /** Null: gpg asks for it by its agent where the key has one. */
  passphrase: string | null;
}

export interface SigningOptions {
  /** The value of --sign; true: it was given without one. */
  sign?: string | true;
  passphraseFile?: string;
}

/** Where a passphrase is looked for when there is no --passphrase-file. */
export const passphraseVariable = 'MKDEB_PASSPHRASE';

/** A key's file, by its name alone: so that a file which is missing is not looked for in the keyring. */
const fileName = /\/|\.(?:asc|gpg|pgp|key)$/;

/** What `--sign [KEY]` and `--passphrase-file FILE` ask for; null: nothing. Throws BadInput. */
export function readSigningRequest(
  { sign, passphraseFile }: SigningOptions,
  environment: Readonly<Record<string, string | undefined>>,
): SigningRequest | null {
  if (sign === undefined) {
    if (passphraseFile === undefined) return null;
    throw new BadInput('--passphrase-file is for --sign KEY; there is none');
  }
  if (sign === '') {
    throw new BadInput(
      '--sign is empty; expected a key’s id or fingerprint, the file of an exported secret key, or nothing',
    );
  }
  const given = environment[passphraseVariable];
  const passphrase =
    passphraseFile !== undefined ? readPassphrase(passphraseFile) : given === '' ? null : (given ?? null);
  if (sign === true) return { key: { from: 'keyring', id: null }, passphrase };
  if (fileName.test(sign)) return { key: { from: 'file', path: sign }, passphrase };
  return { key: { from: 'keyring', id: sign }, passphrase };
}

/** The first line, as gpg's own --passphrase-file has it. */
function readPassphrase(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInput(`--passphrase-file is "${path}"; it cannot be read: ${(error as Error).message}`);
  }
  const [line = ''] = text.split('\n');
  if (line === '')
    throw new BadInput(`--passphrase-file is "${path}"; its first line is empty, expected the passphrase`);
  return line.replace(/\r$/, '');
}
