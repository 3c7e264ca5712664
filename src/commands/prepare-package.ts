import { BadInput } from '../bad-input.ts';
import type { AppConfig } from '../config/app-config.ts';
import { type LoadOptions, loadConfig } from '../config/load-config.ts';
import { assemblePackage } from '../package/assemble.ts';
import type { Package } from '../package/package.ts';
import { lastCommitSeconds } from '../payload/git-files.ts';
import { type ReadPayload, readPayload } from '../payload/read-payload.ts';
import { checkStartedProgram } from '../payload/started-program.ts';

export interface PreparedPackage {
  config: AppConfig;
  payload: ReadPayload;
  arch: string;
  epochSeconds: number;
  pkg: Package;
  warnings: string[];
}

/** From an app's directory to the whole model of its package: configuration, payload, architecture, time. */
export async function preparePackage(dir: string, options: LoadOptions): Promise<PreparedPackage> {
  const { config, warnings } = await loadConfig(dir, options);
  const payload = await readPayload(dir, config);
  if (config.service !== null) checkStartedProgram(dir, config.service.exec, payload.entries);
  const arch = config.arch === 'auto' ? (payload.nativeArch ?? 'all') : config.arch;
  if (payload.nativeArch !== null && arch === 'all') {
    throw new BadInput(
      `arch is "all", but the app has native code for ${payload.nativeArch}; leave arch out`,
    );
  }
  if (payload.nativeArch !== null && payload.nativeArch !== arch) {
    warnings.push(`the package is for ${arch}, but the app’s native code is for ${payload.nativeArch}`);
  }
  const epochSeconds = await packageTime(dir, payload);
  const pkg = assemblePackage(config, payload, { arch, epochSeconds });
  return { config, payload, arch, epochSeconds, pkg, warnings };
}

/**
 * The time of everything in the package, in seconds since 1970: SOURCE_DATE_EPOCH, else that of the app's last commit,
 * else of its newest file. Never the clock, so that the same app gives the same bytes.
 */
async function packageTime(dir: string, payload: ReadPayload): Promise<number> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given === undefined || given === '') return (await lastCommitSeconds(dir)) ?? payload.newestSeconds;
  // The largest time that a tar header holds (11 octal digits).
  if (!/^\d+$/.test(given) || Number(given) > 0o77777777777) {
    throw new BadInput(`SOURCE_DATE_EPOCH is ${JSON.stringify(given)}; expected seconds since 1970`);
  }
  return Number(given);
}
