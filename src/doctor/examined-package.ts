import { stat } from 'node:fs/promises';
import { BadInput } from '../bad-input.ts';
import { readDeb } from '../deb/read-deb.ts';
import type { CarriedFile } from './carried-files.ts';

/** What of a package goes to the host that is asked, and what else the checks need to know of it. */
export interface ExaminedPackage {
  name: string;
  version: string;
  /** Its runtime, its release's settings and its control file. */
  files: readonly CarriedFile[];
  /** Of its data member, as dpkg-deb calls it. */
  compression: string;
  /** Of the .deb, rounded up. */
  sizeKiB: number;
  /** Files and directories: each takes an inode. */
  entries: number;
}

const compressions: Readonly<Record<string, string>> = {
  'data.tar': 'none',
  'data.tar.gz': 'gzip',
  'data.tar.xz': 'xz',
  'data.tar.zst': 'zstd',
};

/** Throws BadInput where `path` is not a package with a service, built by an mkdeb that has this command. */
export async function examinedPackage(path: string): Promise<ExaminedPackage> {
  const { members, control, controlFiles, entries, texts } = await readDeb(path, {
    wantsText: (file) => /^\/usr\/lib\/[^/]+\/(?:handoff\/[^/]+|dist\/\.mkdeb\/settings)$/.test(file),
  });
  const fields = new Map(control);
  const name = fields.get('Package') ?? '';
  const root = `/usr/lib/${name}`;
  // The name becomes a path on the host.
  if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name) || !texts.has(`${root}/dist/.mkdeb/settings`)) {
    throw new BadInput(
      `${path}: not a package with a service that mkdeb has built (no ${root}/dist/.mkdeb/settings)`,
    );
  }
  if (!texts.has(`${root}/handoff/arrival.sh`)) {
    throw new BadInput(`${path}: built by an mkdeb that had no doctor for packages; build it again`);
  }
  const compression = members.map((member) => compressions[member.name]).find((known) => known !== undefined);
  return {
    name,
    version: fields.get('Version') ?? '',
    files: [
      { path: 'control', text: controlFiles.get('control') ?? '' },
      ...[...texts].map(([file, text]) => ({ path: file.slice(1), text })),
    ],
    compression: compression ?? 'none',
    sizeKiB: Math.ceil((await stat(path)).size / 1024),
    entries: entries.length,
  };
}
