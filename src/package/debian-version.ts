/** A Debian version, `[epoch:]upstream[-revision]` (Policy 5.6.12). */
export interface DebianVersion {
  epoch: number | null;
  upstream: string;
  revision: string | null;
}

/** dpkg keeps the epoch in a C int. */
const largestEpoch = 2_147_483_647;
/** Leaves room for the package's name, the architecture and suffixes in a file name of 255 bytes. */
const longestVersion = 200;

/** Why `text` is not a Debian version, or null where it is one. Never more lenient than `dpkg --validate-version`. */
export function debianVersionMistake(text: string): string | null {
  const parsed = read(text);
  return typeof parsed === 'string' ? parsed : null;
}

/** Takes a Debian version apart; null where `debianVersionMistake` has something to say. */
export function parseDebianVersion(text: string): DebianVersion | null {
  const parsed = read(text);
  return typeof parsed === 'string' ? null : parsed;
}

/** The version as file names carry it: without the epoch, as dpkg-name(1) does. */
export function versionWithoutEpoch(text: string): string {
  return text.slice(text.indexOf(':') + 1);
}

function read(text: string): DebianVersion | string {
  if (text === '') return 'a Debian version is not empty';
  if (text.length > longestVersion)
    return `a version has at most ${longestVersion} characters, not ${text.length}`;
  if (/\s/.test(text)) return 'a Debian version has no spaces';

  const colon = text.indexOf(':');
  const epoch = colon < 0 ? null : text.slice(0, colon);
  if (epoch !== null && (!/^\d+$/.test(epoch) || Number(epoch) > largestEpoch)) {
    return `what stands before the colon is the epoch, a number from 0 to ${largestEpoch}`;
  }
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen);
  const revision = hyphen < 0 ? null : rest.slice(hyphen + 1);

  if (/^v\d/.test(upstream)) return `a Debian version starts with a digit; write "${text.replace('v', '')}"`;
  if (!/^\d/.test(upstream)) return 'a Debian version starts with a digit';
  const odd = /[^A-Za-z0-9.+~:-]/u.exec(upstream)?.[0];
  if (odd !== undefined)
    return `a Debian version has letters, digits and . + - ~ only, not ${JSON.stringify(odd)}`;
  if (revision === '') return 'the Debian revision after the last hyphen is empty';
  const oddInRevision = /[^A-Za-z0-9.+~]/u.exec(revision ?? '')?.[0];
  if (oddInRevision !== undefined) {
    return `a Debian revision (after the last hyphen) has letters, digits and . + ~ only, not ${JSON.stringify(oddInRevision)}`;
  }
  return { epoch: epoch === null ? null : Number(epoch), upstream, revision };
}
