import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { asJson } from '../rehearse/json.ts';
import { asJUnit } from '../rehearse/junit.ts';
import { liveWatcher } from '../rehearse/live.ts';
import { expectPossible, openHost } from '../rehearse/place.ts';
import { readOptions, type TypedOptions } from '../rehearse/rehearsal-options.ts';
import { rehearseOn, type Seen } from '../rehearse/rehearse-on.ts';
import { checkPair, checkPlain, rehearsedPackage } from '../rehearse/rehearsed-package.ts';
import { asReport } from '../rehearse/report.ts';
import { asSvg } from '../rehearse/svg.ts';
import { type Verdict, verdictOf } from '../rehearse/verdict.ts';
import { type TypedVersions, versionsAsked } from '../rehearse/versions.ts';
import { shellWord } from '../render/quote/shell.ts';

/** What --json takes for a file. */
const onStandardOutput = '-';

/**
 * `mkdeb rehearse`: an upgrade on a Debian host, under load, and what became of every request. Exit code 0: nothing was
 * lost; 1: something was, or did not go as it should; 2 (BadInput): it could not run.
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
  for (const [path, option] of outputs) {
    if (path !== undefined && !(option === '--json' && path === onStandardOutput))
      await writable(path, option);
  }
  const versions = await versionsAsked(args, typed);
  const { place } = options;
  await expectPossible(place);

  const work = await mkdtemp(join(tmpdir(), 'mkdeb-rehearse-'));
  const watcher = liveWatcher(process.stderr);
  const stop = new AbortController();
  const atOnce = () => {
    versions.remove();
    rmSync(work, { recursive: true, force: true });
    process.exit(130);
  };
  const interrupted = () => {
    // A container ends by itself with this process; a virtual machine and what is on somebody's do not.
    if (place.on === 'nspawn' || stop.signal.aborted) atOnce();
    stop.abort();
    watcher.doing(
      'interrupted: waiting for what is under way there, then tidying up (again: leave it as it is)',
    );
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    const [before, after] = await versions.packages(work, (what) => watcher.doing(what));
    if (options.style === 'restart') for (const one of [before, after]) checkPlain(one);
    const bad = typed.bad === undefined ? null : await rehearsedPackage(typed.bad, work);
    if (bad !== null) checkPair(before, bad, typed.bad as string);
    const packages = [
      ...new Set([before, after, ...(bad === null ? [] : [bad])].flatMap(({ needs }) => needs)),
    ];
    stop.signal.throwIfAborted();

    const host = await openHost(place, packages, (what) => watcher.doing(what));
    let seen: Seen;
    try {
      const { kill = false, rollback = false, reboot = false } = typed;
      const command = commandLine(process.argv.slice(2));
      seen = await rehearseOn(
        host,
        {
          options,
          packages: { old: before, new: after, bad },
          kill,
          rollback,
          reboot,
          check,
          command,
          stop: stop.signal,
        },
        watcher,
      );
    } finally {
      watcher.end();
      await host.dispose();
    }
    const verdict = verdictOf(seen.recording);
    for (const [path, option, format] of outputs) {
      if (path === undefined) continue;
      const text = format(seen.recording, verdict);
      if (option === '--json' && path === onStandardOutput) process.stdout.write(text);
      else await writeFile(path, text);
    }
    tell(seen, verdict, typed);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    versions.remove();
    await rm(work, { recursive: true, force: true });
  }
}

function tell({ recording, givenBack }: Seen, verdict: Verdict, typed: TypedOptions): void {
  const { load } = recording;
  const { sentence, failures, doubts, ok } = verdict;
  const by = Object.entries(load.byVersion).map(([version, tally]) => `${tally.ok} by ${version}`);
  const { p50, p99, max } = load.latency;
  const lines = [
    sentence,
    ...failures.map((failure) => `failed: ${failure}`),
    ...doubts.map((doubt) => `beware: ${doubt}`),
    ...givenBack.left.map((left) => `beware: the host is not as it was: ${left}`),
    `answered: ${by.join(', ') || 'none'}; half within ${p50.toFixed(1)} ms, 99 % within ${p99.toFixed(1)} ms, the slowest ${Math.round(max)} ms`,
    ...givenBack.done.map((done) => `tidied up: ${done}`),
    ...[typed.report, typed.svg, typed.json, typed.junit]
      .filter((path) => path !== undefined && path !== onStandardOutput)
      .map((path) => `written: ${path}`),
  ];
  const stream = typed.json === onStandardOutput ? process.stderr : process.stdout;
  stream.write(`\n${lines.join('\n')}\n`);
  if (!ok || givenBack.left.length > 0) process.exitCode = 1;
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
