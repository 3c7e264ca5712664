import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../bad-input.ts';
import { inArchiveOrder } from '../deb/archive-order.ts';
import { formatConffiles } from '../deb/conffiles.ts';
import { formatControlFile } from '../deb/control-file.ts';
import { controlFiles } from '../deb/control-tar.ts';
import { installedSizeKiB } from '../deb/installed-size.ts';
import type { Entry } from '../package/package.ts';
import { preparePackage } from './prepare-package.ts';

export interface RenderOptions {
  config?: string;
  output: string;
  version?: string;
  arch?: string;
}

/**
 * `mkdeb render`: writes what the package would carry besides the app's own files, under its paths on the host, and
 * the control files under DEBIAN. What the package holds compressed is written as the text it is.
 */
export async function render(dir: string, options: RenderOptions): Promise<void> {
  const out = options.output;
  const there = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BadInput(`--output is "${out}"; expected an empty directory: ${error.message}`);
  });
  if (there.length > 0)
    throw new BadInput(`--output is "${out}"; it is not empty, and nothing is overwritten`);

  const { pkg, payload, config, warnings } = await preparePackage(dir, {
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.arch === undefined ? {} : { arch: options.arch }),
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);

  const entries = inArchiveOrder(pkg.entries);
  const control = formatControlFile(pkg.control, installedSizeKiB(entries));
  for (const file of controlFiles(pkg, { control, conffiles: formatConffiles(entries), md5sums: '' })) {
    await write(join(out, 'DEBIAN', file.name), file.text, file.mode);
  }
  const fromApp = new Set(payload.entries.map(({ path }) => `/usr/lib/${config.name}/dist/${path}`));
  const made = entries.filter((entry) => !fromApp.has(entry.path));
  for (const entry of made) await writeEntry(out, entry);
  const count = made.filter(({ kind }) => kind !== 'directory').length;
  process.stdout.write(`${out}: ${count} files as on the host, control files under ${join(out, 'DEBIAN')}\n`);
}

async function writeEntry(out: string, entry: Entry): Promise<void> {
  const path = join(out, entry.path);
  if (entry.kind === 'symlink') {
    await mkdir(dirname(path), { recursive: true });
    await symlink(entry.target, path);
  } else if (entry.kind === 'file' && 'text' in entry.content) {
    await write(path, entry.content.text, entry.mode);
  } else if (entry.kind === 'file' && 'bytes' in entry.content) {
    const compressed = path.endsWith('.gz');
    const bytes = compressed ? gunzipSync(entry.content.bytes) : entry.content.bytes;
    await write(compressed ? path.slice(0, -'.gz'.length) : path, bytes, entry.mode);
  }
}

async function write(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode, flag: 'wx' });
}
