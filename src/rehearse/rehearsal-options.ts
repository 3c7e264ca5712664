import { BadInput } from '../bad-input.ts';
import { expectedDuration, parseDuration } from '../config/duration.ts';
import { parseSshUrl } from '../host/ssh/ssh-target.ts';
import { type DebianRelease, debianReleases } from '../host/test-host.ts';
import { inThousands } from '../in-thousands.ts';
import type { WebSocketSpec } from '../load/load-spec.ts';
import type { Place } from './place.ts';

/** The options of `mkdeb rehearse` as they are typed. */
export interface TypedOptions {
  on: string;
  sshConfig?: string;
  debian?: string;
  rate: string;
  connections: string;
  long?: string;
  download?: string;
  websocket?: string;
  message?: string;
  answer?: string;
  http2: string;
  ipv6?: boolean;
  path: string;
  versionHeader: string;
  duration: string;
  upgrades: string;
  bad?: string;
  against?: string;
  kill?: boolean;
  rollback?: boolean;
  reboot?: boolean;
  check?: string;
  json?: string;
  junit?: string;
  report?: string;
  svg?: string;
}

export interface RehearsalOptions {
  place: Place;
  /** New connections a second. */
  rate: number;
  /** Keep-alive connections, each with ten requests a second. */
  connections: number;
  /** The path of slow requests, of which five are in flight at any time; null: none. */
  long: string | null;
  /** The path of downloads, of which five are in flight at any time; null: none. */
  download: string | null;
  /** Where five clients each hold a WebSocket; null: none. */
  webSocket: { path: string; says: NonNullable<WebSocketSpec['says']> } | null;
  /** HTTP/2 sessions, each with ten requests a second. */
  http2: number;
  /** Does half of the load go to the host's IPv6 address? */
  ipv6: boolean;
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
      `--${option} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${inThousands(most)}`,
    );
    return least;
  };
  const path = (option: string, text: string) => {
    if (!/^\/[!-~]*$/.test(text) || text.includes('#'))
      mistakes.push(`--${option} is ${JSON.stringify(text)}; expected a path such as "/health"`);
    return text;
  };
  if (typed.against !== undefined && typed.against !== 'restart')
    mistakes.push(`--against is ${JSON.stringify(typed.against)}; expected "restart"`);
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(typed.versionHeader))
    mistakes.push(`--version-header is ${JSON.stringify(typed.versionHeader)}; expected a header’s name`);
  const duration = parseDuration(typed.duration);
  if (duration === null)
    mistakes.push(`--duration is ${JSON.stringify(typed.duration)}; ${expectedDuration}`);
  if (typed.against === 'restart') {
    for (const option of ['kill', 'bad', 'rollback'] as const) {
      if (typed[option] !== undefined)
        mistakes.push(
          `--${option} and --against restart: a package without a handoff promises nothing there`,
        );
    }
  }
  for (const [option, needed] of [
    ['message', 'websocket'],
    ['answer', 'message'],
  ] as const) {
    if (typed[option] !== undefined && typed[needed] === undefined)
      mistakes.push(`--${option} says nothing without --${needed}`);
  }
  const options: RehearsalOptions = {
    place: placeAsked(typed, mistakes),
    rate: number('rate', typed.rate, 1, 20_000),
    connections: number('connections', typed.connections, 0, 5_000),
    long: typed.long === undefined ? null : path('long', typed.long),
    download: typed.download === undefined ? null : path('download', typed.download),
    webSocket:
      typed.websocket === undefined
        ? null
        : { path: path('websocket', typed.websocket), says: whatWebSocketsSay(typed, mistakes) },
    http2: number('http2', typed.http2, 0, 5_000),
    ipv6: typed.ipv6 === true,
    path: path('path', typed.path),
    versionHeader: typed.versionHeader.toLowerCase(),
    duration: duration ?? 0,
    upgrades: number('upgrades', typed.upgrades, 1, 1_000),
    style: typed.against === undefined ? 'handoff' : 'restart',
  };
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
  return options;
}

/** Pings, or a message and what answers it: unless said otherwise the same. */
function whatWebSocketsSay(
  { message, answer }: TypedOptions,
  mistakes: string[],
): NonNullable<WebSocketSpec['says']> {
  if (message === undefined) return 'ping';
  try {
    return { message, answer: new RegExp(answer ?? `^${escaped(message)}$`).source };
  } catch {
    mistakes.push(`--answer is ${JSON.stringify(answer)}; expected a regular expression such as "^hello"`);
    return 'ping';
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Mistakes are added to `mistakes`. */
function placeAsked({ on, sshConfig, debian, ipv6 }: TypedOptions, mistakes: string[]): Place {
  if (on.startsWith('ssh:')) {
    if (debian !== undefined)
      mistakes.push(
        `--debian is ${JSON.stringify(debian)}, but the machine at ${on} is what it is: leave it out`,
      );
    try {
      parseSshUrl(on);
    } catch (error) {
      mistakes.push(`--on: ${(error as Error).message}`);
    }
    if (ipv6 === true)
      mistakes.push(`--ipv6 and --on ${on}: that machine is asked at the one address that its name has here`);
    return { on: 'ssh', url: on, config: sshConfig ?? null };
  }
  if (on !== 'nspawn' && on !== 'vagrant')
    mistakes.push(`--on is ${JSON.stringify(on)}; expected "nspawn", "vagrant" or ssh://USER@HOST`);
  if (on === 'vagrant' && ipv6 === true)
    mistakes.push('--ipv6 and --on vagrant: the machine has one address, an IPv4 one');
  if (sshConfig !== undefined) mistakes.push('--ssh-config is for --on ssh://USER@HOST');
  if (debian !== undefined && !releases.includes(debian))
    mistakes.push(`--debian is ${JSON.stringify(debian)}; expected one of ${releases.join(', ')}`);
  return { on: on === 'vagrant' ? on : 'nspawn', debian: Number(debian ?? '12') as DebianRelease };
}
