import type { WriteStream } from 'node:tty';
import type { LoadReport } from '../load/load-report.ts';
import type { StepEvent } from './recording.ts';
import type { Watcher } from './watcher.ts';

/**
 * Tells a rehearsal as it goes: each act and step on a line of its own, and on a terminal below them one that is written
 * over, with the rate, the latency, the losses so far and who answers.
 */
export function liveWatcher(stream: WriteStream): Watcher & { end(): void } {
  const started = Date.now();
  let shown = false;
  const clear = () => {
    if (shown) stream.write('\r\x1b[K');
    shown = false;
  };
  const line = (text: string) => {
    clear();
    stream.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  };
  return {
    doing: (what) => line(what),
    step: ({ step, text, warning }: StepEvent) => line(`  ${warning ? '! ' : ''}${step}: ${text}`),
    load: (report) => {
      if (!stream.isTTY) return;
      stream.write(`\r\x1b[K${statusLine(report, (stream.columns || 80) - 1)}`);
      shown = true;
    },
    end: clear,
  };
}

const letters = ['█', '▒', '░', '▚'];

/** `248/s  p99 4 ms  0 lost  ███▒▒▒▒▒▒▒ 30 % 1.0.0 70 % 1.1.0`: the last whole second, of a load; at most `width` wide. */
export function statusLine(report: LoadReport, width: number): string {
  // What is due now has no answer yet.
  const recent = report.timeline.slice(-13, -3);
  const byVersion = new Map<string, number>(Object.keys(report.byVersion).map((version) => [version, 0]));
  for (const { ok } of recent) {
    for (const [version, count] of Object.entries(ok))
      byVersion.set(version, (byVersion.get(version) ?? 0) + count);
  }
  const answered = [...byVersion.values()].reduce((a, b) => a + b, 0);
  const seconds = Math.max(1, recent.length) / 10;
  const p99 = Math.max(0, ...recent.map(({ latency }) => latency.p99));
  const counts = `${Math.round(answered / seconds)}/s  p99 ${p99 < 10 ? p99.toFixed(1) : Math.round(p99)} ms  ${report.lost} lost`;
  const shares = [...byVersion].map(([version, count]) => ({
    version,
    share: answered === 0 ? 0 : count / answered,
  }));
  const barWidth = 20;
  const bar = shares
    .map(({ share }, i) => (letters[i % letters.length] as string).repeat(Math.round(share * barWidth)))
    .join('')
    .slice(0, barWidth)
    .padEnd(barWidth, '·');
  const split = shares
    .map(({ version, share }, i) => `${letters[i % letters.length]} ${version} ${Math.round(share * 100)} %`)
    .join('  ');
  return `${counts}  ${bar}  ${split}`.slice(0, width);
}
