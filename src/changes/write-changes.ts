import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import { writeWholeFile } from '../deb/scratch-file.ts';
import { versionWithoutEpoch } from '../package/debian-version.ts';
import type { ControlFields } from '../package/package.ts';
import { renderTemplate } from '../render/template.ts';

/** A package that was written: its file, by its usual name, and its control fields. */
export interface WrittenPackage {
  path: string;
  control: ControlFields;
}

export interface ChangesInput {
  pkg: WrittenPackage;
  /** The package of its debug symbols, or null. */
  dbgsym: WrittenPackage | null;
  /** As deb-changelog(5) has it; its newest entry is of the package's version. */
  changelog: string;
  /** Puts a signature around a text, as debsign(1) does; null: nobody signs. */
  sign: ((text: string) => Promise<Uint8Array>) | null;
}

/**
 * Writes NAME_VERSION_ARCH.buildinfo (deb-buildinfo(5)) and .changes (deb-changes(5)) beside the packages, each whole or not
 * at all, and returns their paths. They are made by dpkg's own dpkg-genbuildinfo and dpkg-genchanges, of a binary-only
 * build. Throws BadInput where these are not there.
 */
export async function writeChanges(
  { pkg, dbgsym, changelog, sign }: ChangesInput,
  signal: AbortSignal,
): Promise<{ buildinfo: string; changes: string }> {
  const field = (name: string, of = pkg) => of.control.find(([one]) => one === name)?.[1];
  const [name = '', version = '', arch = ''] = ['Package', 'Version', 'Architecture'].map((one) =>
    field(one),
  );
  const file = (suffix: string) => `${name}_${versionWithoutEpoch(version)}_${arch}.${suffix}`;
  const folder = dirname(pkg.path);
  const group = (of: WrittenPackage) => `${field('Section', of) ?? '-'} ${field('Priority', of) ?? '-'}`;
  const listed = [
    `${basename(pkg.path)} ${group(pkg)}`,
    ...(dbgsym === null ? [] : [`${basename(dbgsym.path)} ${group(dbgsym)} automatic=yes`]),
  ];

  const work = await mkdtemp(join(tmpdir(), 'mkdeb-changes-'));
  try {
    await mkdir(join(work, 'debian'));
    const write = (path: string, text: string) => writeFile(join(work, 'debian', path), text);
    await write('control', sourceControl(pkg.control, arch));
    await write('changelog', changelog);
    const build = arch === 'all' ? '--build=all' : '--build=any';
    const generate = async (program: string, files: readonly string[]): Promise<string> => {
      await write('files', files.map((line) => `${line}\n`).join(''));
      const output = join(work, 'generated');
      await run(program, [build, `-u${resolve(folder)}`, `-O${output}`], work, arch, signal);
      return readFile(output, 'utf8');
    };
    const place = async (suffix: string, text: string): Promise<string> => {
      const path = join(folder, file(suffix));
      const content = sign === null ? text : await sign(text);
      await writeWholeFile(path, signal, (out) => out.writeFile(content));
      return path;
    };
    const buildinfo = await place('buildinfo', await generate('dpkg-genbuildinfo', listed));
    // With the hashes of the one that is signed.
    const all = [`${file('buildinfo')} ${group(pkg)}`, ...listed];
    return { buildinfo, changes: await place('changes', await generate('dpkg-genchanges', all)) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A debian/control of the source package that there is none of. */
function sourceControl(control: ControlFields, arch: string): string {
  const field = (name: string, otherwise = '') => control.find(([one]) => one === name)?.[1] ?? otherwise;
  const [synopsis = ''] = field('Description').split('\n');
  return renderTemplate(
    'changes/control',
    {
      name: field('Package'),
      section: field('Section', 'misc'),
      priority: field('Priority', 'optional'),
      maintainer: field('Maintainer'),
      architecture: arch === 'all' ? 'all' : 'any',
      synopsis,
    },
    'control',
  );
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  arch: string,
  signal: AbortSignal,
): Promise<void> {
  const ran = await execa(program, args, {
    cwd,
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C.UTF-8', ...(arch === 'all' ? {} : { DEB_HOST_ARCH: arch }) },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (ran.code === 'ENOENT') {
    throw new BadInput(`--changes needs ${program}, and it is not installed: apt install dpkg-dev`);
  }
  if (ran.exitCode !== 0) throw new BadInput(`--changes: ${ran.stderr.trim() || ran.shortMessage}`);
}
