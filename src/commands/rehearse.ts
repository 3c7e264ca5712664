import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { canBootTestHost } from '../host/can-boot-test-host.ts';
import { createTestHost } from '../host/create-test-host.ts';
import { asJson } from '../rehearse/json.ts';
import { asJUnit } from '../rehearse/junit.ts';
import { liveWatcher } from '../rehearse/live.ts';
import type { Recording } from '../rehearse/recording.ts';
import { readOptions, type TypedOptions } from '../rehearse/rehearsal-options.ts';
import { checkPair, checkPlain, rehearsedPackage } from '../rehearse/rehearsed-package.ts';
import { asReport } from '../rehearse/report.ts';
import { rehearse as run } from '../rehearse/run.ts';
import { asSvg } from '../rehearse/svg.ts';
import { type Verdict, verdictOf } from '../rehearse/verdict.ts';
import { type TypedVersions, versionsAsked } from '../rehearse/versions.ts';
import { shellWord } from '../render/quote/shell.ts';

/**
 * `mkdeb rehearse`: an upgrade on a throwaway Debian, under load, and what became of every request. Exit code 0: nothing
 * was lost; 1: something was, or did not go as it should; 2 (BadInput): it could not run.
 */
export async function rehearse(args: readonly string[], typed: TypedOptions & TypedVersions): Promise<void> {
  const options = readOptions(typed);
  const check = typed.check === undefined ? null : await program(typed.check);
  const outputs = [
    [typed.json, '--json', asJson],
    [typed.junit, '--junit', asJUnit],
    [typed.report, '--report', asReport],
    [typed.svg, '--svg', asSvg],
  ] as const;
  for (const [path, option] of outputs) if (path !== undefined) await writable(path, option);
  const versions = await versionsAsked(args, typed);
  const can = await canBootTestHost();
  if (!can.ok) throw new BadInput(`cannot rehearse here: ${can.why}; ${can.mend}`);

  const work = await mkdtemp(join(tmpdir(), 'mkdeb-rehearse-'));
  // The test host ends by itself with this process.
  const interrupted = () => {
    versions.remove();
    rmSync(work, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const watcher = liveWatcher(process.stderr);
  try {
    const [before, after] = await versions.packages(work, (what) => watcher.doing(what));
    if (options.style === 'restart') for (const one of [before, after]) checkPlain(one);
    const bad = typed.bad === undefined ? null : await rehearsedPackage(typed.bad, work);
    if (bad !== null) checkPair(before, bad, typed.bad as string);
    const packages = [
      ...new Set([before, after, ...(bad === null ? [] : [bad])].flatMap(({ needs }) => needs)),
    ];

    watcher.doing(`booting a Debian ${options.debian} host`);
    const host = await createTestHost({
      debian: options.debian,
      packages: packages.filter((name) => !everywhere.has(name)),
      progress: (line) => watcher.doing(line),
    });
    let recording: Recording;
    try {
      const { kill = false, reboot = false } = typed;
      const command = commandLine(process.argv.slice(2));
      recording = await run(
        host,
        { options, packages: { old: before, new: after, bad }, kill, reboot, check, command },
        watcher,
      );
    } finally {
      watcher.end();
      await host.dispose();
    }
    const verdict = verdictOf(recording);
    for (const [path, , format] of outputs) {
      if (path !== undefined) await writeFile(path, format(recording, verdict));
    }
    tell(recording, verdict, typed);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    versions.remove();
    await rm(work, { recursive: true, force: true });
  }
}

/** Of every Debian: naming them would only make another root. */
const everywhere: ReadonlySet<string> = new Set([
  ...['init-system-helpers', 'passwd', 'systemd', 'perl-base', 'libc6', 'util-linux', 'adduser', 'nodejs'],
]);

function tell({ load }: Recording, { sentence, failures, doubts, ok }: Verdict, typed: TypedOptions): void {
  const by = Object.entries(load.byVersion).map(([version, tally]) => `${tally.ok} by ${version}`);
  const { p50, p99, max } = load.latency;
  const lines = [
    sentence,
    ...failures.map((failure) => `failed: ${failure}`),
    ...doubts.map((doubt) => `beware: ${doubt}`),
    `answered: ${by.join(', ') || 'none'}; half within ${p50.toFixed(1)} ms, 99 % within ${p99.toFixed(1)} ms, the slowest ${Math.round(max)} ms`,
    ...[typed.report, typed.svg, typed.json, typed.junit]
      .filter((path) => path !== undefined)
      .map((path) => `written: ${path}`),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
  if (!ok) process.exitCode = 1;
}

function commandLine(args: readonly string[]): string {
  return ['mkdeb', ...args]
    .map((word) => (/^[\w./+~:@%=,-]+$/.test(word) ? word : shellWord(word)))
    .join(' ');
}

async function program(path: string): Promise<string> {
  try {
    await access(path, constants.X_OK);
    return resolve(path);
  } catch {
    throw new BadInput(
      `--check is ${JSON.stringify(path)}; expected a program: there is none that can be run`,
    );
  }
}

/** Said before the rehearsal, not after it. */
async function writable(path: string, option: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => null);
  if (folder === null || !folder.isDirectory())
    throw new BadInput(`${option} is ${JSON.stringify(path)}; there is no directory "${dirname(path)}"`);
}
