import { basename, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { interruptible } from '../deb/interruption.ts';
import { inThousands } from '../in-thousands.ts';
import { keyFile, type MadeRepository, makeRepository } from '../repo/make-repository.ts';
import { sourcesEntry } from '../repo/sources-entry.ts';
import { withSigner } from '../sign/signer.ts';
import { readSigningRequest, type SigningOptions } from '../sign/signing-request.ts';

export interface RepoOptions extends SigningOptions {
  unsigned?: boolean;
  url?: string;
  suite: string;
  origin?: string;
  json?: boolean;
}

/** `mkdeb repo`: a folder of packages becomes an apt repository, and the lines are told that bring servers to it. */
export async function repo(dir: string, options: RepoOptions): Promise<void> {
  const request = readSigningRequest(options, process.env);
  if (request === null && !options.unsigned) {
    throw new BadInput(
      'a repository is signed: give --sign [KEY]; or --unsigned, if servers shall trust whoever answers',
    );
  }
  if (request !== null && options.unsigned)
    throw new BadInput('--sign and --unsigned exclude each other; give one');
  const suite = readSuite(options.suite);
  const url = options.url === undefined ? `file:${encodeURI(resolve(dir))}` : readUrl(options.url);
  const settings = { suite, origin: readOrigin(options.origin) };
  const made = await interruptible(undefined, (signal) =>
    request === null
      ? makeRepository(dir, { ...settings, signer: null }, signal)
      : withSigner(request, signal, (signer) => makeRepository(dir, { ...settings, signer }, signal)),
  );
  const name = fileNameOf(dir);
  const keyring = made.key === null ? null : `/etc/apt/keyrings/${name}.asc`;
  const sources = sourcesEntry({ url, suite, keyring });
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ dir, suite, ...made, url, keyring, sources })}\n`
      : asText(dir, made, { url, name, keyring, sources }),
  );
}

function asText(
  dir: string,
  { packages, architectures, key }: MadeRepository,
  server: { url: string; name: string; keyring: string | null; sources: string },
): string {
  const count = packages === 1 ? '1 package' : `${inThousands(packages)} packages`;
  const by = key === null ? 'unsigned' : `signed by ${key.fingerprint}`;
  const fetched = /^https?:/.test(server.url)
    ? `curl -fsSL --create-dirs ${server.url}/${keyFile} -o ${server.keyring}`
    : `install -D -m 644 ${key?.file ?? ''} ${server.keyring}`;
  return [
    `${dir}: ${count}, for ${architectures.join(', ')}, ${by}\n`,
    ...(key === null ? [] : [`\nthe key, on each server:\n\n  ${fetched}\n`]),
    `\n/etc/apt/sources.list.d/${server.name}.sources there:\n\n`,
    server.sources.replaceAll(/^(?=.)/gm, '  '),
  ].join('');
}

function readSuite(text: string): string {
  if (/^[a-z0-9][a-z0-9.+~-]*$/.test(text)) return text;
  throw new BadInput(
    `--suite is ${JSON.stringify(text)}; expected lower-case letters, digits and . + ~ -, as in stable`,
  );
}

function readOrigin(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[\p{L}\p{N}](?:[\p{L}\p{N} ._+-]*[\p{L}\p{N}])?$/u.test(text)) return text;
  throw new BadInput(
    `--origin is ${JSON.stringify(text)}; expected a name of letters, digits, spaces and . _ + -`,
  );
}

function readUrl(text: string): string {
  if (/^(?:https?:\/\/[!-~]+|file:\/[!-~]+)$/.test(text)) return text.replace(/\/+$/, '');
  throw new BadInput(
    `--url is ${JSON.stringify(text)}; expected the address of DIR, as in https://apt.example.org`,
  );
}

/** What the repository's files are called on servers: apt passes over names with other characters. */
function fileNameOf(dir: string): string {
  const name = basename(resolve(dir))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '') || 'repository';
}
