import { BadInput } from '../bad-input.ts';
import { expectedDuration, parseDuration } from '../config/duration.ts';
import { type DebianRelease, debianReleases } from '../host/test-host.ts';

/** The options of `mkdeb rehearse` as they are typed. */
export interface TypedOptions {
  debian: string;
  rate: string;
  connections: string;
  long?: string;
  path: string;
  versionHeader: string;
  duration: string;
  upgrades: string;
  bad?: string;
  against?: string;
  kill?: boolean;
  reboot?: boolean;
  check?: string;
  json?: string;
  junit?: string;
  report?: string;
  svg?: string;
}

export interface RehearsalOptions {
  debian: DebianRelease;
  /** New connections a second. */
  rate: number;
  /** Keep-alive connections, each with ten requests a second. */
  connections: number;
  /** The path of slow requests, of which five are in flight at any time; null: none. */
  long: string | null;
  path: string;
  versionHeader: string;
  /** How long the load goes on at least (ms). */
  duration: number;
  upgrades: number;
  style: 'handoff' | 'restart';
}

/** Times (ms) before the first upgrade and after the last one, in which the load shows what is usual. */
export const quietBefore = 3_000;
export const quietAfter = 3_000;

const releases = Object.keys(debianReleases).filter((release) => release !== '11');

/** Reads what was typed. Throws BadInput with every mistake, one a line. */
export function readOptions(typed: TypedOptions): RehearsalOptions {
  const mistakes: string[] = [];
  const number = (option: string, text: string, least: number, most: number) => {
    const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    mistakes.push(
      `--${option} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${most.toLocaleString('en')}`,
    );
    return least;
  };
  const path = (option: string, text: string) => {
    if (!/^\/[!-~]*$/.test(text))
      mistakes.push(`--${option} is ${JSON.stringify(text)}; expected a path such as "/health"`);
    return text;
  };
  const debian = typed.debian;
  if (!releases.includes(debian))
    mistakes.push(`--debian is ${JSON.stringify(debian)}; expected one of ${releases.join(', ')}`);
  if (typed.against !== undefined && typed.against !== 'restart')
    mistakes.push(`--against is ${JSON.stringify(typed.against)}; expected "restart"`);
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(typed.versionHeader))
    mistakes.push(`--version-header is ${JSON.stringify(typed.versionHeader)}; expected a header’s name`);
  const duration = parseDuration(typed.duration);
  if (duration === null)
    mistakes.push(`--duration is ${JSON.stringify(typed.duration)}; ${expectedDuration}`);
  if (typed.against === 'restart') {
    for (const option of ['kill', 'bad'] as const) {
      if (typed[option] !== undefined)
        mistakes.push(
          `--${option} and --against restart: a package without a handoff promises nothing there`,
        );
    }
  }
  const options: RehearsalOptions = {
    debian: Number(debian) as DebianRelease,
    rate: number('rate', typed.rate, 1, 20_000),
    connections: number('connections', typed.connections, 0, 5_000),
    long: typed.long === undefined ? null : path('long', typed.long),
    path: path('path', typed.path),
    versionHeader: typed.versionHeader.toLowerCase(),
    duration: duration ?? 0,
    upgrades: number('upgrades', typed.upgrades, 1, 1_000),
    style: typed.against === undefined ? 'handoff' : 'restart',
  };
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
  return options;
}
