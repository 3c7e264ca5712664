import { BadInput } from '../bad-input.ts';
import { proposal } from '../config/did-you-mean.ts';
import { type Compression, compressions } from '../deb/compression.ts';
import { writeDeb } from '../deb/write-deb.ts';
import { installCommand } from './install-command.ts';
import { outputPath } from './output-path.ts';
import { preparePackage } from './prepare-package.ts';
import { progressLine } from './progress-line.ts';
import { formatSeconds, formatSize } from './quantities.ts';

export interface BuildOptions {
  config?: string;
  output?: string;
  version?: string;
  arch?: string;
  compress: string;
  json?: boolean;
}

/** `mkdeb build`: an app's directory in, a .deb out, and what it holds told. */
export async function build(dir: string, options: BuildOptions): Promise<void> {
  const started = performance.now();
  const compression = readCompression(options.compress);
  const { config, payload, arch, epochSeconds, pkg, warnings } = await preparePackage(dir, {
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.arch === undefined ? {} : { arch: options.arch }),
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);

  const destination = await outputPath({ ...config, arch }, options.output);
  const progress = progressLine(process.stderr);
  const written = await writeDeb(pkg, destination, {
    compression,
    epochSeconds,
    onProgress: ({ files, totalFiles, bytes, totalBytes }) =>
      progress.show(
        `${files.toLocaleString('en')} of ${totalFiles.toLocaleString('en')} files, ${formatSize(bytes)} of ${formatSize(totalBytes)}`,
      ),
  }).finally(() => progress.clear());

  const seconds = (performance.now() - started) / 1_000;
  const install = installCommand(written.path);
  if (options.json === true) {
    const { path, size, files, installedSizeKiB } = written;
    const { name, version } = config;
    const result = {
      path,
      name,
      version,
      arch,
      size,
      files,
      installedSizeKiB,
      compression,
      epochSeconds,
      seconds,
    };
    process.stdout.write(`${JSON.stringify({ ...result, payload: payload.summary, install, warnings })}\n`);
    return;
  }
  const files = `${written.files.toLocaleString('en')} files`;
  process.stdout.write(
    `${written.path}: ${formatSize(written.size)}, ${files}, ${formatSize(written.installedSizeKiB * 1024)} installed, built in ${formatSeconds(seconds)}\n` +
      `from ${payload.summary}\n\n  ${install}\n`,
  );
}

function readCompression(text: string): Compression {
  const compression = compressions.find((one) => one === text);
  if (compression === undefined) {
    throw new BadInput(`--compress is ${JSON.stringify(text)}; ${proposal(text, compressions)}`);
  }
  return compression;
}
