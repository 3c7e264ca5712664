import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { arMagic, encodeArHeader } from '../deb/ar-header.ts';
import type { ArMember } from '../deb/ar-members.ts';
import { decompressMember } from '../deb/decompress.ts';
import type { LintFinding } from './finding.ts';
import { lintianFindings } from './lintian-output.ts';

/** For one package; a large one takes lintian minutes. */
const lintianLimitMs = 15 * 60_000;

/** What lintian found, or why there is nothing of it. */
export type LintianResult = { findings: readonly LintFinding[] } | { without: string };

/**
 * Runs lintian over a package that has been read before. Debian's (12, 13) does not know zstd: it gets such a package with its
 * members decompressed, from a folder that is gone afterwards.
 */
export async function lintian(
  path: string,
  members: readonly ArMember[],
  signal: AbortSignal,
): Promise<LintianResult> {
  let folder: string | null = null;
  try {
    folder = await mkdtemp(join(tmpdir(), 'mkdeb-lint-'));
    const isZstd = members.some(({ name }) => name.endsWith('.zst'));
    const readable = isZstd ? await decompressed(path, members, folder) : resolve(path);
    const suppressed = isZstd
      ? ['--suppress-tags', 'uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball']
      : [];
    const ran = await execa(
      'lintian',
      ['--allow-root', '--tag-display-limit', '0', '--color', 'never', ...suppressed, '--', readable],
      {
        reject: false,
        cancelSignal: signal,
        timeout: lintianLimitMs,
        stdin: 'ignore',
        // It leaves some files behind.
        env: { LC_ALL: 'C.UTF-8', TMPDIR: folder },
      },
    );
    signal.throwIfAborted();
    if (ran.code === 'ENOENT') return { without: 'lintian is not here: apt install lintian' };
    if (ran.timedOut) return { without: `lintian was not done after ${lintianLimitMs / 60_000} minutes` };
    // 2: there are errors among the tags; without a line on its output, it is lintian that failed.
    if (ran.exitCode !== 0 && !/^[EWI]: /m.test(ran.stdout)) {
      return { without: `lintian failed: ${ran.stderr.trim().split('\n').at(-1) ?? `exit ${ran.exitCode}`}` };
    }
    return { findings: lintianFindings(ran.stdout) };
  } catch (error) {
    signal.throwIfAborted();
    return { without: `lintian could not be asked: ${(error as Error).message}` };
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** The same package with its zstd members as plain tar. */
async function decompressed(path: string, members: readonly ArMember[], folder: string): Promise<string> {
  const deb = join(folder, basename(path));
  await writeFile(deb, arMagic);
  for (const member of members) {
    const isZstd = member.name.endsWith('.zst');
    const part = join(folder, 'member');
    if (isZstd) await decompressMember(path, member, createWriteStream(part));
    const source = isZstd ? part : path;
    const size = isZstd ? (await stat(part)).size : member.size;
    const start = isZstd ? 0 : member.offset;
    const name = member.name.replace(/\.zst$/, '');
    const appended = () => createWriteStream(deb, { flags: 'a' });
    await pipeline([encodeArHeader({ name, size }, 0)], appended());
    if (size > 0) await pipeline(createReadStream(source, { start, end: start + size - 1 }), appended());
    if (size % 2 === 1) await pipeline(['\n'], appended());
  }
  return deb;
}
