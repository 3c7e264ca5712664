import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';

/** What a Release file says of a repository besides the hashes of its indexes. */
export interface ReleaseFields {
  suite: string;
  origin: string | null;
  architectures: readonly string[];
}

/** SHA-256 alone: the only hash that apt of Debian 11 and later needs, and the only name that by-hash then has. */
const hashes = ['--no-md5', '--no-sha1', '--no-sha512'];

/** The stanzas of all packages in a folder, `Filename` relative to it. Throws BadInput for what is no package. */
export function packagesOf(folder: string, signal: AbortSignal): Promise<string> {
  return ftparchive(['packages', ...hashes, '.'], folder, signal);
}

/** The Release file of a folder of indexes. Its date is the clock's: apt takes no older one than it has. */
export function releaseOf(folder: string, fields: ReleaseFields, signal: AbortSignal): Promise<string> {
  const { suite, origin, architectures } = fields;
  const values = {
    ...(origin === null ? {} : { Origin: origin, Label: origin }),
    ...{ Suite: suite, Codename: suite, Components: 'main' },
    Architectures: architectures.join(' '),
    'Acquire-By-Hash': 'true',
  };
  const options = Object.entries(values).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  return ftparchive(['release', ...hashes, ...options, '.'], folder, signal);
}

async function ftparchive(args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> {
  const result = await execa('apt-ftparchive', ['--quiet', ...args], {
    cwd,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    maxBuffer: 1 << 29,
    env: { LC_ALL: 'C.UTF-8' },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') {
    throw new BadInput(
      'a repository’s indexes need apt-ftparchive, and it is not installed: apt install apt-utils',
    );
  }
  const complaints = result.stderr.split('\n').filter((line) => /^[EW]: /.test(line));
  if (result.exitCode !== 0 || complaints.some((line) => line.startsWith('E: '))) {
    throw new BadInput(
      `apt-ftparchive: ${complaints.join('; ') || result.stderr.trim() || result.shortMessage}`,
    );
  }
  return result.stdout;
}
