import type { GpgOutcome } from './gpg.ts';
import { passphraseVariable } from './signing-request.ts';

/** Codes of libgpg-error, the lower 16 bits of what `FAILURE` tells. */
const badPassphrase = 11;
const noSecretKey = 17;
const unusableKey = 54;
/** The agent has nobody to ask, or is not to ask. */
const noPassphrase = [85, 177];

/** Why gpg did not sign, and how to mend it: half a sentence that follows the key. */
export function gpgFailure({ status, messages }: Pick<GpgOutcome, 'status' | 'messages'>): string {
  const failure = status.find(([keyword]) => keyword === 'FAILURE')?.[2];
  const code = failure === undefined ? null : Number(failure) & 0xffff;
  if (code === badPassphrase) {
    return `the passphrase is wrong: give it by --passphrase-file or ${passphraseVariable}`;
  }
  if (code === noSecretKey) {
    return 'gpg has no such secret key: `gpg --list-secret-keys` shows those it has; a key’s file ends in .asc, .gpg, .pgp or .key';
  }
  if (code === unusableKey) {
    return 'the key has expired, is revoked, or is not for signing: `gpg --list-secret-keys` says which; `gpg --quick-set-expire` prolongs it';
  }
  const asked = status.some(([keyword]) => keyword === 'NEED_PASSPHRASE' || keyword === 'MISSING_PASSPHRASE');
  if (asked || (code !== null && noPassphrase.includes(code))) {
    return `the key has a passphrase: give it by --passphrase-file or ${passphraseVariable}`;
  }
  return `gpg does not sign: ${messages.join('; ') || 'it says nothing more'}`;
}
