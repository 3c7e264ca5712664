import { mkdtemp, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { packageFile, preparePackages } from '../commands/prepare-packages.ts';
import { defaultCompression } from '../deb/compression.ts';
import { interruptible } from '../deb/interruption.ts';
import { readDeb } from '../deb/read-deb.ts';
import { writeDeb } from '../deb/write-deb.ts';
import { withSeparateSymbols } from '../debug-symbols/separate-symbols.ts';
import type { PackageFacts } from './recording.ts';

export interface RehearsedPackage extends PackageFacts {
  file: string;
  /** What keeps the instances apart, with the handoff `vip`. */
  isolate: string;
  /** Debian packages that it needs, the first one of each choice. */
  needs: readonly string[];
}

/**
 * The package to rehearse: `given` is a .deb, or an app's directory, which is built into `work` first. Throws BadInput
 * where it is neither, or not a package with a service that mkdeb has built.
 */
export async function rehearsedPackage(given: string, work: string): Promise<RehearsedPackage> {
  const found = await stat(given).catch(() => null);
  if (found === null) throw new BadInput(`${given}: there is no such file or directory`);
  const file = found.isDirectory() ? await built(given, work) : given;
  const deb = await readDeb(file, {
    wantsText: (path) => /^\/usr\/lib\/[^/]+\/dist\/\.mkdeb\/settings$/.test(path),
  });
  const fields = new Map(deb.control);
  const name = fields.get('Package') ?? '';
  const settings = deb.texts.get(`/usr/lib/${name}/dist/.mkdeb/settings`);
  if (settings === undefined) {
    throw new BadInput(
      `${given}: not a package with a service that mkdeb has built (no /usr/lib/${name}/dist/.mkdeb/settings); rehearse the app’s directory instead`,
    );
  }
  return {
    name,
    version: fields.get('Version') ?? '',
    handoff: setting(settings, 'HANDOFF'),
    isolate: setting(settings, 'ISOLATE'),
    port: Number(setting(settings, 'PORTS').split(' ')[0]),
    size: (await stat(file)).size,
    file: resolve(file),
    needs: ['Pre-Depends', 'Depends'].flatMap((field) => firstChoices(fields.get(field) ?? '')),
  };
}

async function built(dir: string, work: string): Promise<string> {
  const [prepared, ...others] = await preparePackages(dir, {});
  if (others.length > 0) {
    throw new BadInput(
      `${dir}: its configuration makes ${others.length + 1} packages; build them, and rehearse two files of one`,
    );
  }
  const { config, epochSeconds, pkg } = prepared;
  const compression = config.packaging.compression ?? defaultCompression;
  const out = await mkdtemp(join(work, 'built-'));
  const path = join(out, packageFile(prepared));
  const symbols = { mode: config.debugSymbols, arch: prepared.arch };
  await interruptible(undefined, (signal) =>
    withSeparateSymbols(pkg, symbols, signal, (separated) =>
      writeDeb(separated.pkg, path, { compression, epochSeconds, signal }),
    ),
  );
  return path;
}

/** A value of .mkdeb/settings, which are shell assignments; the ones asked for hold no quote themselves. */
function setting(settings: string, key: string): string {
  return new RegExp(`^${key}='?([^'\n]*)'?$`, 'm').exec(settings)?.[1] ?? '';
}

/** `nodejs (>= 18), a | b` → nodejs, a (Policy 7.1). */
export function firstChoices(relation: string): string[] {
  return relation
    .split(',')
    .map((choice) => /^\s*([a-z0-9][a-z0-9+.-]+)/.exec(choice)?.[1] ?? '')
    .filter((name) => name !== '');
}

/** Throws BadInput where these can't be upgraded from one to the other. */
export function checkPair(old: RehearsedPackage, next: RehearsedPackage, what: string): void {
  if (old.name !== next.name)
    throw new BadInput(
      `${what} is the package ${next.name}, and the old one is ${old.name}: no upgrade of it`,
    );
  if (old.version === next.version)
    throw new BadInput(
      `${what} has the version ${next.version}, as the old one: give it another (--version of mkdeb build)`,
    );
}

/** Throws BadInput where `one` can't be made a plain package: its program does not open its socket itself. */
export function checkPlain(one: RehearsedPackage): void {
  if (one.handoff === 'reuseport' || (one.handoff === 'vip' && one.isolate === 'namespace')) return;
  throw new BadInput(
    `--against restart: ${one.name} ${one.version} does not open its port itself (handoff ${one.handoff}); a plain package of it can’t be made`,
  );
}
