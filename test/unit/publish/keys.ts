/** OpenPGP keys for tests, in a GNUPGHOME of their own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Key {
  user: string;
  fingerprint: string;
  /** Files of the exported key. */
  secret: string;
  public: string;
}

export interface Keys {
  home: string;
  ada: Key;
  /** Somebody else's. */
  bob: Key;
  /** Its passphrase is `open sesame`. */
  locked: Key;
  /** Of 2020, for a day. */
  expired: Key;
  dispose(): void;
}

export const passphrase = 'open sesame';

export function makeKeys(): Keys {
  const home = mkdtempSync(join(tmpdir(), 'mkdeb-keys-'));
  return {
    home,
    ada: makeKey(home, 'ada'),
    bob: makeKey(home, 'bob'),
    locked: makeKey(home, 'locked', { secret: passphrase }),
    expired: makeKey(home, 'expired', { more: ['--faked-system-time', '20200101T000000'], expiry: '1d' }),
    dispose: () => removeKeys(home),
  };
}

/** A key of `NAME <NAME@example.org>` in a GNUPGHOME, and its two files there. */
export function makeKey(
  home: string,
  name: string,
  {
    secret = '',
    more = [],
    expiry = 'never',
  }: { secret?: string; more?: readonly string[]; expiry?: string } = {},
): Key {
  const user = `${name} <${name}@example.org>`;
  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--batch', '--no-tty', '--pinentry-mode', 'loopback', ...args], {
      env: { ...process.env, GNUPGHOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  gpg('--passphrase', secret, ...more, '--quick-gen-key', user, 'ed25519', 'sign', expiry);
  const listed = gpg('--with-colons', '--list-keys', user).toString();
  const files = { secret: join(home, `${name}.asc`), public: join(home, `${name}-public.asc`) };
  writeFileSync(files.secret, gpg('--passphrase', secret, '--armor', '--export-secret-keys', user), {
    mode: 0o600,
  });
  writeFileSync(files.public, gpg('--armor', '--export', user));
  return { user, fingerprint: /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '', ...files };
}

/** The GNUPGHOME, and the agent that gpg has started for it. */
export function removeKeys(home: string): void {
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}

/** Folders for debsig-verify that let it accept what one key has signed; the options that name them. */
export function debsigPolicy(folder: string, key: Key, type = 'origin'): string[] {
  const policies = join(folder, 'policies', key.fingerprint);
  const keyrings = join(folder, 'keyrings', key.fingerprint);
  mkdirSync(policies, { recursive: true });
  mkdirSync(keyrings, { recursive: true });
  writeFileSync(
    join(keyrings, 'origin.pgp'),
    execFileSync('gpg', ['--dearmor', '--output', '-', key.public], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  writeFileSync(
    join(policies, 'origin.pol'),
    `<?xml version="1.0"?>
<!DOCTYPE Policy SYSTEM "https://www.debian.org/debsig/1.0/policy.dtd">
<Policy xmlns="https://www.debian.org/debsig/1.0/">
  <Origin Name="test" id="${key.fingerprint}" Description="Packages of a test"/>
  <Selection><Required Type="${type}" File="origin.pgp" id="${key.fingerprint}"/></Selection>
  <Verification><Required Type="${type}" File="origin.pgp" id="${key.fingerprint}"/></Verification>
</Policy>
`,
  );
  return ['--policies-dir', join(folder, 'policies'), '--keyrings-dir', join(folder, 'keyrings')];
}
