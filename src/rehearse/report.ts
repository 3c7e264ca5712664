import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { dirname, join } from 'node:path';
import ejs from 'ejs';
import { formatSeconds, formatSize } from '../commands/quantities.ts';
import { inThousands } from '../in-thousands.ts';
import { installedPath } from '../installation.ts';
import type { Tally } from '../load/load-report.ts';
import { type LossKind, lossKinds, requestKinds } from '../load/load-spec.ts';
import { Quoted } from '../render/quote/quoted.ts';
import { xml } from './junit.ts';
import type { PackageFacts, Recording } from './recording.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { kindWords, lossWords, type Verdict } from './verdict.ts';

const template = (name: string) => readFileSync(installedPath(`templates/rehearse/${name}`), 'utf8');

/** The report: one HTML file that needs nothing from anywhere. */
export function asReport(recording: Recording, verdict: Verdict): string {
  const { load, packages, acts, checks, command } = recording;
  const timeline = timelineOf(recording);
  const uplot = join(dirname(createRequire(import.meta.url).resolve('uplot')));
  const manyAddresses = Object.keys(load.byAddress).length > 1;
  const since = (time: number) => `${((time - load.started) / 1000).toFixed(2)} s`;
  const data = {
    ...timeline,
    lossesByKind: Object.fromEntries(
      Object.entries(timeline.lossesByKind).map(([kind, values]) => [lossWords[kind as LossKind], values]),
    ),
    losses: [],
    acts: acts
      .filter(({ act }) => act.do !== 'reboot')
      .map(({ title }, index) => ({ title, ...spanOf(recording, timeline, index) })),
  };
  const values = {
    title: `${packages.old.name} ${packages.old.version} → ${packages.new.version}`,
    verdict,
    tiles: tilesOf(recording),
    steps: timeline.bands.map((band) => ({
      act: actAt(recording, load.started + band.from * 1000),
      step: band.step,
      from: `${band.from.toFixed(2)} s`,
      took: formatSeconds(band.to - band.from),
      means: stepWords[band.step] ?? '',
      lost: timeline.losses.filter(({ at }) => at >= band.from && at < band.to).length,
    })),
    losses: timeline.losses.map(({ at, step, kind, loss, address, detail }) => ({
      at: `${at.toFixed(3)} s`,
      loss: lossWords[loss],
      step: step ?? '–',
      kind: `${kindWords[kind]}${manyAddresses ? ` (${isIPv6(address) ? 'IPv6' : 'IPv4'})` : ''}`,
      detail,
    })),
    lossSummary: lossSummary(recording, timeline),
    clients: clientsOf(recording),
    checks: checks.map(({ stage, started, exitCode, said }) => ({
      at: since(started),
      stage,
      exitCode,
      said,
    })),
    acts: acts.map(({ act, title, started, ended, said, failure }) => ({
      title,
      took: formatSeconds((ended - started) / 1000),
      said,
      failure,
      expected: act.do === 'refuse' ? 'refused, as it had to be' : '',
    })),
    facts: factsOf(recording),
    command,
    timelineJson: new Quoted(JSON.stringify(data).replaceAll('<', '\\u003c')),
    uplotCss: new Quoted(readFileSync(join(uplot, 'uPlot.min.css'), 'utf8')),
    uplotJs: new Quoted(readFileSync(join(uplot, 'uPlot.iife.min.js'), 'utf8')),
    css: new Quoted(template('report.css')),
    js: new Quoted(template('report.js')),
  };
  return ejs.render(template('report.html.ejs'), values, {
    escape: (value: unknown) => (value instanceof Quoted ? value.text : xml(String(value ?? ''))),
  });
}

/** From apt's start to the end of the last step of its story, in seconds. */
function spanOf({ acts, load }: Recording, { bands }: Timeline, index: number): { from: number; to: number } {
  const act = acts[index];
  if (act === undefined) return { from: 0, to: 0 };
  const from = (act.started - load.started) / 1000;
  const next = ((acts[index + 1]?.started ?? load.ended) - load.started) / 1000;
  const ends = bands.filter((band) => band.from >= from && band.from < next).map(({ to }) => to);
  return { from, to: Math.max((act.ended - load.started) / 1000, ...ends) };
}

function actAt({ acts }: Recording, time: number): string {
  return acts.findLast(({ started }) => started <= time + 1)?.title ?? '';
}

function tilesOf({ load, acts }: Recording): { label: string; value: string; note: string; bad: boolean }[] {
  const upgrade = acts[0];
  const seconds = (load.ended - load.started) / 1000;
  return [
    {
      label: 'lost',
      value: inThousands(load.lost),
      note: `of ${inThousands(load.sent)} requests`,
      bad: load.lost > 0,
    },
    {
      label: '99 % answered within',
      value: milliseconds(load.latency.p99),
      note: `half within ${milliseconds(load.latency.p50)}`,
      bad: false,
    },
    {
      label: 'slowest answer',
      value: milliseconds(load.latency.max),
      note: 'from when it was due',
      bad: false,
    },
    {
      label: 'apt took',
      value: upgrade === undefined ? '–' : formatSeconds((upgrade.ended - upgrade.started) / 1000),
      note: upgrade?.title ?? '',
      bad: false,
    },
    {
      label: 'load',
      value: formatSeconds(seconds),
      note: `${Math.round(load.sent / seconds)} requests a second`,
      bad: false,
    },
  ];
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : inThousands(Math.round(value))} ms`;
}

function lossSummary({ load }: Recording, { losses }: Timeline): string {
  const first = losses[0];
  const last = losses.at(-1);
  if (first === undefined || last === undefined) return '';
  const more = load.lost - losses.length;
  const all =
    more > 0
      ? `The first ${inThousands(losses.length)} of ${inThousands(load.lost)}`
      : `${inThousands(load.lost)} in all`;
  return `${all}, from ${first.at.toFixed(2)} s to ${last.at.toFixed(2)} s.`;
}

interface Client {
  who: string;
  sent: string;
  lost: number;
  lostAs: string;
  reconnected: string;
  p50: string;
  p99: string;
}

/** What became of each kind of request, and where there are two addresses of what was sent to each. */
function clientsOf({ load }: Recording): Client[] {
  const row = (who: string, { sent, lost, losses, reconnected, latency }: Tally): Client => ({
    ...{ who, lost, sent: inThousands(sent), reconnected: inThousands(reconnected) },
    lostAs: lossKinds
      .filter((kind) => losses[kind] > 0)
      .map((kind) => `${inThousands(losses[kind])} ${lossWords[kind]}`)
      .join(', '),
    p50: milliseconds(latency.p50),
    p99: milliseconds(latency.p99),
  });
  const kinds = requestKinds.flatMap((kind) => {
    const tally = load.byKind[kind];
    return tally === undefined ? [] : [row(kindWords[kind], tally)];
  });
  const addresses = Object.entries(load.byAddress).map(([address, tally]) =>
    row(`all over ${isIPv6(address) ? 'IPv6' : 'IPv4'}`, tally),
  );
  return addresses.length > 1 ? [...kinds, ...addresses] : kinds;
}

function factsOf({ host, packages, asked, load, style }: Recording): [string, string][] {
  const told = ({ name, version, handoff, size }: PackageFacts) =>
    `${name} ${version}, handoff ${style === 'restart' ? 'none: stopped and started' : handoff}, ${formatSize(size)}`;
  return [
    ['Old', told(packages.old)],
    ['New', told(packages.new)],
    ...(packages.bad === null ? [] : [['Unhealthy', told(packages.bad)] as [string, string]]),
    ['Load', `${asked}; open loop, from outside the host`],
    [
      'Generator',
      `at most ${milliseconds(load.behind.max)} late, ${Math.round(load.cpu * 100)} % of one core`,
    ],
    ['Host', `${host.os}, systemd ${host.systemd}, dpkg ${host.dpkg}, Linux ${host.kernel}`],
    ['Machine', `${host.cpu}, ${host.cores} cores, ${formatSize(host.memoryBytes)} memory`],
    ['Time', new Date(load.started).toISOString()],
  ];
}

/** The handoff's steps (docs/rehearse.md says more). */
const stepWords: Readonly<Record<string, string>> = {
  prepare: 'apt unpacks; the release is made ready',
  wait: 'another handoff goes on',
  start: 'the new instance starts and is checked; clients reach the old one',
  canary: 'a share of new connections goes to the new one',
  switch: 'new connections move to the new instance',
  drain: 'the old instance finishes what it has',
  retire: 'the old instance is stopped',
  'go back': 'the new instance is not healthy and goes; clients reach the old one',
  stop: 'the service stops',
  unpack: 'nothing runs; dpkg unpacks the new version',
  'start again': 'systemd starts the service',
  'come up': 'systemd takes it for started; it does not listen yet',
  reboot: 'the host reboots',
};
