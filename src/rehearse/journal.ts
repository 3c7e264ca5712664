import type { StepEvent } from './recording.ts';

/** What systemd says of a unit's life, by its MESSAGE_ID (systemd's catalog, sd-messages.h). */
const unitMessages: Readonly<Record<string, string>> = {
  de5b426a63be47a7b6ac3eaac82e2f6f: 'stop',
  '9d1aaa27d60140bd96365438aad20286': 'stopped',
  '7d4958e842da4a758f6c1cdc7b36dcc5': 'begin',
  '39f53479d3a045ac8e11786248231fbf': 'started',
};

/**
 * The events in what `journalctl --output=json` printed: the handoff's own (HANDOFF_STEP) and, for a plain service,
 * what systemd did with `unit`. The journal's clock was `ahead` ms ahead of the one that their times are told by.
 */
export function stepEvents(journal: string, unit: string, ahead: number): StepEvent[] {
  const events: StepEvent[] = [];
  for (const line of journal.split('\n')) {
    if (!line.startsWith('{')) continue;
    const entry = JSON.parse(line) as Record<string, unknown>;
    const text = (key: string) => (typeof entry[key] === 'string' ? (entry[key] as string) : '');
    const step = text('HANDOFF_STEP') || (text('UNIT') === unit && unitMessages[text('MESSAGE_ID')]) || '';
    if (step === '') continue;
    events.push({
      time: Number(text('__REALTIME_TIMESTAMP')) / 1000 - ahead,
      step,
      from: text('HANDOFF_FROM'),
      text: text('MESSAGE').replace(/^[a-z]+: /, ''),
      warning: Number(text('PRIORITY')) <= 4,
    });
  }
  return events.sort((a, b) => a.time - b.time);
}
