export interface SourcesEntry {
  url: string;
  suite: string;
  /** Where the public key is on a server; null: the repository is not signed. */
  keyring: string | null;
}

/** A file for /etc/apt/sources.list.d, in deb822 style (sources.list(5)). */
export function sourcesEntry({ url, suite, keyring }: SourcesEntry): string {
  return [
    'Types: deb',
    `URIs: ${url}`,
    `Suites: ${suite}`,
    'Components: main',
    keyring === null ? 'Trusted: yes' : `Signed-By: ${keyring}`,
    '',
  ].join('\n');
}
