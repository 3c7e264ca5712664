import type { ActRecord, StepEvent } from './recording.ts';

/** A stretch of time in which one step of an upgrade went on; unix ms. */
export interface Band {
  step: string;
  from: number;
  to: number;
}

/** What goes on after an event that begins a step, until the next event. */
const begins: Readonly<Record<string, string>> = {
  start: 'start',
  canary: 'canary',
  ready: 'switch',
  switch: 'drain',
  drain: 'retire',
  gate: 'start',
  stop: 'stop',
  stopped: 'unpack',
  begin: 'start again',
  started: 'come up',
  lock: 'wait',
};

/** Steps whose event tells the end of the whole story. */
const last: ReadonlySet<string> = new Set(['retire', 'back', 'answers', 'commit', 'replace']);

/**
 * The steps of each upgrade as stretches of time, from the events in the journal: from apt's start on it is `prepare`
 * until the first event, and each event says what comes after it. A story may end after apt has: the drain goes on.
 */
export function bandsOf(acts: readonly ActRecord[], events: readonly StepEvent[], end: number): Band[] {
  const bands: Band[] = [];
  for (const [index, { act, started, ended }] of acts.entries()) {
    if (act.do === 'reboot') {
      bands.push({ step: 'reboot', from: started, to: ended });
      continue;
    }
    const until = acts[index + 1]?.started ?? end;
    let step: string | null = 'prepare';
    let from = started;
    const own = ownStory(events.filter(({ time }) => time >= started && time < until));
    for (const [at, event] of own.entries()) {
      // apt does not wait for a long drain, and says so; the drain goes on, and says when it has ended.
      if (event.step === 'drain' && own.slice(at + 1).some(({ step }) => step === 'drain')) continue;
      if (step !== null) bands.push({ step, from, to: event.time });
      from = event.time;
      step = last.has(event.step) ? null : nextStep(event, step);
    }
    if (step !== null) bands.push({ step, from, to: Math.max(from, Math.min(ended, until)) });
  }
  return bands
    .filter(({ from, to }) => to > from)
    .reduce<Band[]>((joined, band) => {
      const before = joined.at(-1);
      if (before !== undefined && before.step === band.step && before.to === band.from) before.to = band.to;
      else joined.push(band);
      return joined;
    }, []);
}

/** Without the end of instances that an upgrade before this one has left. */
function ownStory(events: readonly StepEvent[]): StepEvent[] {
  const old = events.findLast(({ step }) => step === 'start')?.from ?? '';
  return events.filter(
    ({ step, from }) => old === '' || from === old || (step !== 'drain' && step !== 'retire'),
  );
}

function nextStep(event: StepEvent, before: string | null): string | null {
  if (event.step === 'ready' && event.warning) return 'go back';
  return begins[event.step] ?? before;
}

/** The step that went on at `time`, or null. */
export function stepAt(bands: readonly Band[], time: number): string | null {
  return bands.find(({ from, to }) => time >= from && time < to)?.step ?? null;
}
