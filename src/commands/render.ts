import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../bad-input.ts';
import { inArchiveOrder } from '../deb/archive-order.ts';
import { formatConffiles } from '../deb/conffiles.ts';
import { formatControlFile } from '../deb/control-file.ts';
import { controlFiles } from '../deb/control-tar.ts';
import { installedSizeKiB } from '../deb/installed-size.ts';
import type { Entry } from '../package/package.ts';
import { printable } from '../printable.ts';
import { packagesAsJson } from './packages-as-json.ts';
import type { PreparedPackage } from './prepare-package.ts';
import { packageFile, preparePackages } from './prepare-packages.ts';

export interface RenderOptions {
  config?: string;
  output: string;
  version?: string;
  arch?: string;
  json?: boolean;
}

/**
 * `mkdeb render`: writes what the package would carry besides the app's own files, under its paths on the host, and
 * the control files under DEBIAN; of several packages each in a directory of its own. What the package holds compressed is written as the text it is.
 */
export async function render(dir: string, options: RenderOptions): Promise<void> {
  const out = options.output;
  const there = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BadInput(`--output is "${out}"; expected an empty directory: ${error.message}`);
  });
  if (there.length > 0)
    throw new BadInput(`--output is "${out}"; it is not empty, and nothing is overwritten`);

  const packages = await preparePackages(dir, {
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.arch === undefined ? {} : { arch: options.arch }),
  });
  for (const warning of new Set(packages.flatMap(({ warnings }) => warnings)))
    process.stderr.write(`warning: ${printable(warning)}\n`);
  const rendered: Rendered[] = [];
  for (const prepared of packages) {
    // Several are told apart by what their files would be called.
    const place = packages.length === 1 ? out : join(out, basename(packageFile(prepared), '.deb'));
    rendered.push(await renderPackage(prepared, place));
  }
  if (options.json === true) process.stdout.write(packagesAsJson(rendered));
  else
    for (const { path, files } of rendered)
      process.stdout.write(
        `${path}: ${files.length} files as on the host, control files under ${join(path, 'DEBIAN')}\n`,
      );
}

interface Rendered {
  path: string;
  name: string;
  version: string;
  arch: string;
  /** As on the host. */
  files: string[];
  controlFiles: string[];
  warnings: readonly string[];
}

async function renderPackage(prepared: PreparedPackage, out: string): Promise<Rendered> {
  const { pkg, payload, config, arch, warnings } = prepared;
  const entries = inArchiveOrder(pkg.entries);
  const control = formatControlFile(pkg.control, installedSizeKiB(entries));
  const ofControl = controlFiles(pkg, { control, conffiles: formatConffiles(entries), md5sums: '' });
  for (const file of ofControl) await write(join(out, 'DEBIAN', file.name), file.content, file.mode);
  const fromApp = new Set(payload.entries.map(({ path }) => `/usr/lib/${config.name}/dist/${path}`));
  const made = entries.filter((entry) => !fromApp.has(entry.path) && !isOnDisk(entry));
  const files: string[] = [];
  for (const entry of made) files.push(...(await writeEntry(out, entry)));
  const { name, version } = config;
  return { path: out, name, version, arch, files, controlFiles: ofControl.map((one) => one.name), warnings };
}

/** What contents bring is the user's own, as is the app. */
function isOnDisk(entry: Entry): boolean {
  return entry.kind === 'file' && 'disk' in entry.content;
}

/** Returns the path that was written, below `out`, or none: directories come with what is in them. */
async function writeEntry(out: string, entry: Entry): Promise<string[]> {
  if (entry.kind === 'symlink') {
    const path = join(out, entry.path);
    await mkdir(dirname(path), { recursive: true });
    await symlink(entry.target, path);
    return [entry.path];
  }
  if (entry.kind !== 'file' || 'disk' in entry.content) return [];
  if ('text' in entry.content) {
    await write(join(out, entry.path), entry.content.text, entry.mode);
    return [entry.path];
  }
  const { bytes } = entry.content;
  const compressed = entry.path.endsWith('.gz') && bytes[0] === 0x1f;
  const path = compressed ? entry.path.slice(0, -'.gz'.length) : entry.path;
  await write(join(out, path), compressed ? gunzipSync(bytes) : bytes, entry.mode);
  return [path];
}

async function write(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode, flag: 'wx' });
}
