import { inThousands } from '../in-thousands.ts';
import { xml } from './junit.ts';
import type { Recording } from './recording.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import type { Verdict } from './verdict.ts';

const width = 960;
const height = 340;
const left = 52;
const right = 16;
const top = 74;
const bottom = 40;

/** The main figure, who answered and what was lost over time, as a static SVG, light and dark. */
export function asSvg(recording: Recording, verdict: Verdict): string {
  const timeline = timelineOf(recording);
  const { x, interval, versions, lost, bands } = timeline;
  const end = (x.at(-1) ?? 0) + interval;
  const most = Math.max(1, ...x.map((_, i) => stacked(timeline, i)));
  const ceiling = niceCeiling(most);
  const px = (seconds: number) => fixed(left + (seconds / end) * (width - left - right));
  const py = (perSecond: number) => fixed(height - bottom - (perSecond / ceiling) * (height - top - bottom));

  const parts: string[] = [];
  const steps = niceSteps(ceiling);
  for (const y of steps) {
    parts.push(`<line class="grid" x1="${left}" x2="${width - right}" y1="${py(y)}" y2="${py(y)}"/>`);
    parts.push(`<text class="y" x="${left - 8}" y="${fixed(Number(py(y)) + 4)}">${y}</text>`);
  }
  const layers = [
    ...versions.map(({ version, perSecond }, i) => ({ className: `v${i % 4}`, label: version, perSecond })),
    { className: 'lost', label: 'lost', perSecond: lost },
  ];
  const base = x.map(() => 0);
  for (const { className, perSecond } of layers) {
    const upper = base.map((value, i) => value + (perSecond[i] ?? 0));
    if (perSecond.some((value) => value > 0))
      parts.push(`<path class="${className}" d="${area(base, upper)}"/>`);
    for (const [i, value] of upper.entries()) base[i] = value;
  }
  // Over the areas, which would hide them.
  for (const [i, { step, from, to }] of bands.entries()) {
    const wide = Number(px(to)) - Number(px(from));
    parts.push(
      `<rect class="band${i % 2}" x="${px(from)}" y="${top}" width="${fixed(wide)}" height="${height - top - bottom}"/>`,
    );
    if (wide > step.length * 6.4 + 6)
      parts.push(
        `<text class="step" x="${fixed(Number(px(from)) + wide / 2)}" y="${top - 6}">${xml(step)}</text>`,
      );
  }
  for (const { at } of timeline.losses)
    parts.push(
      `<line class="tick" x1="${px(at)}" x2="${px(at)}" y1="${height - bottom}" y2="${height - bottom + 7}"/>`,
    );
  for (let second = 0; second <= end; second += niceSecond(end))
    parts.push(`<text class="x" x="${px(second)}" y="${height - 14}">${second} s</text>`);
  let at = left;
  const shown = layers.filter(
    ({ className, perSecond }) => className !== 'lost' || perSecond.some((v) => v > 0),
  );
  for (const { className, label } of shown) {
    parts.push(`<rect class="${className}" x="${at}" y="37" width="12" height="12" rx="2"/>`);
    parts.push(`<text class="key" x="${at + 18}" y="47">${xml(label)}</text>`);
    at += 44 + label.length * 7.5;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${xml(verdict.sentence)}">
<style>${style}</style>
<rect class="paper" width="${width}" height="${height}" rx="8"/>
<text class="title" x="${left}" y="25">Answers a second, by version: ${xml(shortVerdict(recording))}</text>
${parts.join('\n')}
</svg>
`;

  function area(low: readonly number[], high: readonly number[]): string {
    const over = high.flatMap((value, i) => [
      `${px(x[i] ?? 0)} ${py(value)}`,
      `${px((x[i] ?? 0) + interval)} ${py(value)}`,
    ]);
    const back = low.flatMap((value, i) => [
      `${px(x[i] ?? 0)} ${py(value)}`,
      `${px((x[i] ?? 0) + interval)} ${py(value)}`,
    ]);
    return `M${over.join('L')}L${back.reverse().join('L')}Z`;
  }
}

function shortVerdict({ load, packages }: Recording): string {
  const of = `${inThousands(load.sent)} requests`;
  const what = `${packages.old.name} ${packages.old.version} to ${packages.new.version}`;
  return load.lost === 0
    ? `${what}, nothing of ${of} lost`
    : `${what}, ${inThousands(load.lost)} of ${of} lost`;
}

function stacked({ versions, lost }: Timeline, i: number): number {
  return versions.reduce((sum, { perSecond }) => sum + (perSecond[i] ?? 0), lost[i] ?? 0);
}

function niceCeiling(most: number): number {
  const unit = niceUnit(most / 4);
  return Math.ceil(most / unit) * unit;
}

function niceSteps(ceiling: number): number[] {
  const unit = niceUnit(ceiling / 4);
  return Array.from({ length: Math.floor(ceiling / unit) + 1 }, (_, i) => i * unit);
}

function niceSecond(end: number): number {
  return Math.max(1, niceUnit(end / 8));
}

/** 1, 2 or 5 times a power of ten, not below `value`. */
function niceUnit(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((digit) => digit * power >= value) ?? 10) * power;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const style = `
text{font:12px system-ui,sans-serif;fill:#57606a}
.paper{fill:#fff}.title{font-size:14px;font-weight:600;fill:#1f2328}.key{fill:#1f2328}
.x,.step{text-anchor:middle}.y{text-anchor:end}.step{font-size:11px}
.grid{stroke:#8c959f;stroke-opacity:.25}.band0{fill:#000;fill-opacity:.07}.band1{fill:#000;fill-opacity:.16}
.v0{fill:#8fa3bf}.v1{fill:#2f6fde}.v2{fill:#9a6dd7}.v3{fill:#2a9d8f}.lost{fill:#d1242f}.tick{stroke:#d1242f}
@media(prefers-color-scheme:dark){text{fill:#9198a1}.paper{fill:#15191f}.title,.key{fill:#e6edf3}
.v0{fill:#5d7291}.v1{fill:#5b94f5}.v2{fill:#b18ae8}.v3{fill:#43bfae}.lost{fill:#ff6b6b}.tick{stroke:#ff6b6b}}`;
