import { basename, dirname, join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { checkChangelogVersion } from '../changes/changelog-version.ts';
import { proposal } from '../config/did-you-mean.ts';
import { sha256Of } from '../deb/checksum-file.ts';
import { type Compression, compressions, defaultCompression } from '../deb/compression.ts';
import { PieceCache } from '../deb/piece-cache.ts';
import { type WriteDebOptions, type WrittenDeb, writeDeb } from '../deb/write-deb.ts';
import { dbgsymName } from '../debug-symbols/dbgsym-package.ts';
import { withSeparateSymbols } from '../debug-symbols/separate-symbols.ts';
import { cacheDirectory } from '../host/cache-directory.ts';
import { inThousands } from '../in-thousands.ts';
import type { Package } from '../package/package.ts';
import { printable } from '../printable.ts';
import { installCommand } from './install-command.ts';
import { outputPaths, packageFileName } from './output-path.ts';
import { packagesAsJson } from './packages-as-json.ts';
import type { PreparedPackage } from './prepare-package.ts';
import { packageFile, preparePackages } from './prepare-packages.ts';
import { progressLine } from './progress-line.ts';
import { type Publishing, type PublishingOptions, publishedLines, withPublishing } from './publishing.ts';
import { formatSeconds, formatSize } from './quantities.ts';

export interface BuildOptions extends PublishingOptions {
  config?: string;
  output?: string;
  version?: string;
  arch?: string;
  compress?: string;
  /** False for --no-cache. */
  cache?: boolean;
  json?: boolean;
}

/** `mkdeb build`: an app's directory in, a .deb of each of its packages out, and what they hold told. */
export async function build(dir: string, options: BuildOptions): Promise<void> {
  await withPublishing(options, (publishing) => buildPackages(dir, options, publishing));
}

async function buildPackages(dir: string, options: BuildOptions, publishing: Publishing): Promise<void> {
  let started = performance.now();
  const asked = options.compress === undefined ? null : readCompression(options.compress);
  const cache = options.cache === false ? null : await PieceCache.open(join(cacheDirectory(), 'pieces'));
  // All of them are checked before the first is written.
  const packages = await preparePackages(dir, {
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.arch === undefined ? {} : { arch: options.arch }),
  });
  const paths = await outputPaths(packages.map(packageFile), options.output);
  if (options.changes) {
    for (const [i, prepared] of packages.entries()) {
      checkUsualName(paths[i] ?? '', packageFile(prepared), options.output);
      checkChangelogVersion(prepared.changelog, prepared.config.version);
    }
  }
  const told = new Set<string>();
  const warn = (warning: string) => {
    if (!told.has(warning)) process.stderr.write(`warning: ${printable(warning)}\n`);
    told.add(warning);
  };

  const built: Built[] = [];
  try {
    for (const [i, prepared] of packages.entries()) {
      built.push(await buildPackage(prepared, paths[i] ?? '', { asked, cache, publishing, started, warn }));
      started = performance.now();
    }
  } finally {
    await cache?.close();
  }
  if (options.json !== true) {
    process.stdout.write(built.map(({ told }) => told).join('\n'));
    return;
  }
  const results: object[] = [];
  for (const { result } of built) results.push({ ...result, sha256: await sha256Of(result.path) });
  process.stdout.write(packagesAsJson(results));
}

interface Built {
  /** For --json, but for what only that needs. */
  result: { path: string };
  /** For people. */
  told: string;
}

interface BuildSettings {
  /** The compression that was asked for; null: the configured one. */
  asked: Compression | null;
  /** Of pieces of earlier builds; null: everything is made anew. */
  cache: PieceCache | null;
  publishing: Publishing;
  started: number;
  warn(warning: string): void;
}

async function buildPackage(
  prepared: PreparedPackage,
  destination: string,
  { asked, cache, publishing, started, warn }: BuildSettings,
): Promise<Built> {
  const { config, dir, payload, node, arch, epochSeconds, changelog } = prepared;
  const compression = asked ?? config.packaging.compression ?? defaultCompression;
  const write = (pkg: Package, path: string) =>
    writeShown(pkg, path, { compression, epochSeconds, cache, ...publishing.signing });
  const { written, debugSymbols, warnings, published } = await withSeparateSymbols(
    prepared.pkg,
    { mode: config.debugSymbols, arch },
    publishing.signal,
    async ({ pkg, dbgsym, ...separated }) => {
      const warnings = [...prepared.warnings, ...separated.warnings];
      for (const warning of warnings) warn(warning);
      const written = await write(pkg, destination);
      const symbolsFile = packageFileName({
        ...{ name: dbgsymName(config.name), version: config.version },
        arch: config.packaging.archVariant ?? arch,
      });
      const beside = join(dirname(destination), symbolsFile);
      const debugSymbols = dbgsym === null ? null : await write(dbgsym, beside);
      const published = await publishing.finish({
        ...{ path: written.path, dir, config, payload, node, pkg, changelog },
        dbgsym: dbgsym === null ? null : { path: beside, control: dbgsym.control },
      });
      return { written, debugSymbols, warnings, published };
    },
  );

  const seconds = (performance.now() - started) / 1_000;
  const install = installCommand(written.path);
  const { path, size, installedSizeKiB } = written;
  const { name, version } = config;
  const result = {
    ...{ path, name, version, arch, size, files: written.files },
    ...{ installedSizeKiB, compression, epochSeconds, seconds },
    ...{ payload: payload.summary, install, warnings },
    ...(node === null ? {} : { node: node.version }),
    ...(debugSymbols === null ? {} : { debugSymbols: { path: debugSymbols.path, size: debugSymbols.size } }),
    ...published,
  };
  const files = `${inThousands(written.files)} files`;
  const told =
    `${path}: ${formatSize(size)}, ${files}, ${formatSize(installedSizeKiB * 1024)} installed, built in ${formatSeconds(seconds)}\n` +
    `from ${payload.summary}\n${symbolsLine(debugSymbols)}${publishedLines(published)}\n  ${install}\n`;
  return { result, told };
}

/** Writes a package, and shows how far it is where that takes long. */
async function writeShown(pkg: Package, path: string, options: WriteDebOptions): Promise<WrittenDeb> {
  const progress = progressLine(process.stderr);
  return writeDeb(pkg, path, {
    ...options,
    onProgress: ({ files, totalFiles, bytes, totalBytes }) =>
      progress.show(
        `${inThousands(files)} of ${inThousands(totalFiles)} files, ${formatSize(bytes)} of ${formatSize(totalBytes)}`,
      ),
  }).finally(() => progress.clear());
}

/** What reads a .changes file tells a package by its file's name. */
function checkUsualName(destination: string, usual: string, output: string | undefined): void {
  if (basename(destination) === usual) return;
  throw new BadInput(
    `--output is "${output}"; with --changes the file is called ${usual}, give its directory`,
  );
}

function symbolsLine(written: WrittenDeb | null): string {
  return written === null ? '' : `${written.path}: its debug symbols, ${formatSize(written.size)}\n`;
}

function readCompression(text: string): Compression {
  const compression = compressions.find((one) => one === text);
  if (compression === undefined) {
    throw new BadInput(`--compress is ${JSON.stringify(text)}; ${proposal(text, compressions)}`);
  }
  return compression;
}
