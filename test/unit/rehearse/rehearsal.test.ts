import { describe, expect, it } from 'vitest';
import { askedLoad } from '../../../src/rehearse/asked-load.ts';
import { bandsOf } from '../../../src/rehearse/bands.ts';
import { stepEvents } from '../../../src/rehearse/journal.ts';
import { asJUnit } from '../../../src/rehearse/junit.ts';
import { statusLine } from '../../../src/rehearse/live.ts';
import { planActs, versionAfter } from '../../../src/rehearse/plan.ts';
import { readOptions } from '../../../src/rehearse/rehearsal-options.ts';
import { firstChoices } from '../../../src/rehearse/rehearsed-package.ts';
import { asSvg } from '../../../src/rehearse/svg.ts';
import { timelineOf } from '../../../src/rehearse/timeline.ts';
import { usageSamples } from '../../../src/rehearse/usage.ts';
import { verdictOf } from '../../../src/rehearse/verdict.ts';
import { origin, recordingOf, story, upgradeAct } from './recordings.ts';

describe('the load', () => {
  const typed = {
    ...{
      on: 'nspawn',
      debian: '12',
      rate: '200',
      connections: '0',
      http2: '0',
      path: '/',
      versionHeader: 'X-Version',
    },
    ...{ duration: '1s', upgrades: '1' },
  };
  const host = { address: '192.0.2.1', otherAddress: '2001:db8::1' };

  it('is what was asked for, and says so', () => {
    const options = readOptions({
      ...{ ...typed, download: '/big', websocket: '/chat', http2: '4', ipv6: true },
    });
    const { spec, asked } = askedLoad(options, host, 8080);
    expect(spec).toMatchObject({
      ...{ address: '192.0.2.1', secondAddress: '2001:db8::1', port: 8080 },
      connections: { rate: 200, path: '/' },
      downloads: { inFlight: 5, path: '/big' },
      webSockets: { clients: 5, rate: 2, path: '/chat', says: 'ping' },
      http2: { clients: 4, rate: 10, path: '/' },
    });
    expect(spec).not.toHaveProperty('keepAlive');
    expect(asked).toBe(
      '200 new connections a second, 4 HTTP/2 sessions with 10 requests a second each, 5 downloads of /big at any time, 5 WebSockets at /chat with 2 pings a second each, GET /, half of all over IPv6',
    );
  });

  it.each([
    ['hello (you)?', undefined, 'hello (you)?', 'hello you'],
    ['hello', '^hi, .*', 'hi, you', 'hello'],
  ])('knows what answers %j (%j)', (message, answer, right, wrong) => {
    const { webSocket } = readOptions({ ...typed, websocket: '/', message, ...(answer ? { answer } : {}) });
    const says = webSocket?.says;
    if (typeof says !== 'object') throw new Error('no message');
    expect(says.message).toBe(message);
    expect(new RegExp(says.answer).test(right)).toBe(true);
    expect(new RegExp(says.answer).test(wrong)).toBe(false);
  });
});

describe('the plan', () => {
  it('goes there and back, then kills, refuses, rolls back and reboots', () => {
    const acts = planActs({ upgrades: 3, kill: true, bad: true, rollback: true, reboot: true });
    expect(acts).toEqual([
      { do: 'upgrade', to: 'new' },
      { do: 'upgrade', to: 'old' },
      { do: 'upgrade', to: 'new' },
      { do: 'kill', to: 'old' },
      { do: 'refuse' },
      { do: 'rollback', to: 'new' },
      { do: 'reboot' },
    ]);
    expect(versionAfter(acts)).toBe('new');
  });

  it('is one upgrade where nothing else is asked for', () => {
    const acts = planActs({ upgrades: 1, kill: false, bad: false, rollback: false, reboot: false });
    expect(acts).toEqual([{ do: 'upgrade', to: 'new' }]);
    expect(versionAfter(acts)).toBe('new');
  });
});

describe('the steps', () => {
  const inSeconds = (acts = [upgradeAct()], events = story()) =>
    bandsOf(acts, events, origin + 10_000).map(({ step, from, to }) => [
      step,
      (from - origin) / 1000,
      (to - origin) / 1000,
    ]);

  it('are the time between the events of the journal, also after apt has ended', () => {
    expect(inSeconds()).toEqual([
      ['prepare', 3, 3.5],
      ['start', 3.5, 4.4],
      ['switch', 4.4, 4.5],
      ['drain', 4.5, 5.5],
      ['retire', 5.5, 5.8],
    ]);
  });

  it('leave the drain as one where apt did not wait for it, and the end of other instances out', () => {
    const events = story();
    const like = (seconds: number, step: string, from: string) => ({
      ...{ time: origin + seconds * 1000, step, from, text: '', warning: false },
    });
    const more = [...events, like(4.7, 'retire', '0.9.0'), like(4.8, 'drain', '1.0.0')];
    expect(
      inSeconds(
        [upgradeAct()],
        more.sort((a, b) => a.time - b.time),
      ).slice(-2),
    ).toEqual([
      ['drain', 4.5, 5.5],
      ['retire', 5.5, 5.8],
    ]);
  });

  it('end with the way back where the new one is not healthy', () => {
    const [gate, start] = story();
    const at = (seconds: number, step: string) => ({
      ...{ time: origin + seconds * 1000, step, from: '1.0.0', text: '' },
      warning: true,
    });
    const events = [gate, start, at(4, 'ready'), at(4.7, 'back')].filter((event) => event !== undefined);
    expect(inSeconds([upgradeAct()], events).slice(-2)).toEqual([
      ['start', 3.5, 4],
      ['go back', 4, 4.7],
    ]);
  });

  it('of a plain service end with its first answer', () => {
    const at = (seconds: number, step: string) => ({
      ...{ time: origin + seconds * 1000, step, from: '1.0.0', text: '' },
      warning: false,
    });
    const events = [at(3.5, 'stop'), at(3.6, 'stopped'), at(4, 'begin'), at(4.1, 'started')];
    const recording = recordingOf({
      style: 'restart',
      events,
      acts: [upgradeAct({ ended: origin + 4_100 })],
    });
    for (const bucket of recording.load.timeline.slice(36, 47)) bucket.ok = {};
    expect(timelineOf(recording).bands.slice(1)).toEqual([
      { step: 'stop', from: 3.5, to: 3.6 },
      { step: 'unpack', from: 3.6, to: 4 },
      { step: 'start again', from: 4, to: 4.1 },
      { step: 'come up', from: 4.1, to: 4.7 },
    ]);
  });

  it('come from the journal’s fields, those of a plain service from systemd’s', () => {
    const entry = (fields: object) => JSON.stringify({ __REALTIME_TIMESTAMP: '1700000000500000', ...fields });
    const journal = [
      entry({ HANDOFF_STEP: 'switch', MESSAGE: 'switch: it goes there', PRIORITY: '6' }),
      entry({ UNIT: 'a.service', MESSAGE_ID: 'de5b426a63be47a7b6ac3eaac82e2f6f', MESSAGE: 'Stopping a' }),
      entry({ UNIT: 'b.service', MESSAGE_ID: 'de5b426a63be47a7b6ac3eaac82e2f6f', MESSAGE: 'Stopping b' }),
      entry({ MESSAGE: 'something else' }),
    ].join('\n');
    expect(stepEvents(journal, 'a.service', 0).map(({ step, text }) => [step, text])).toEqual([
      ['switch', 'it goes there'],
      ['stop', 'Stopping a'],
    ]);
    expect(stepEvents(journal, 'a.service', 200)[0]?.time).toBe(1_700_000_000_300);
  });
});

describe('the timeline', () => {
  it('counts answers a second by version, in the order of their coming', () => {
    const { versions, x, interval } = timelineOf(recordingOf());
    expect([x.length, interval]).toEqual([100, 0.1]);
    expect(versions.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    expect(versions.map(({ perSecond }) => [perSecond[44], perSecond[45]])).toEqual([
      [200, 0],
      [0, 200],
    ]);
  });

  it('says in which step a request was lost', () => {
    const { losses, lost, lossesByKind } = timelineOf(recordingOf({ lostAt: [4.41, 4.6, 9] }));
    expect(losses.map(({ at, step }) => [at, step])).toEqual([
      [4.41, 'switch'],
      [4.6, 'drain'],
      [9, null],
    ]);
    expect(lost[44]).toBe(10);
    expect(Object.keys(lossesByKind)).toEqual(['refused']);
  });

  it('joins intervals where there are many, and loses no count by it', () => {
    const recording = recordingOf();
    const [bucket] = recording.load.timeline;
    const many = Array.from({ length: 1_500 }, () => bucket as NonNullable<typeof bucket>);
    recording.load = { ...recording.load, timeline: many };
    const { x, interval, versions } = timelineOf(recording);
    expect([x.length, interval]).toEqual([500, 0.3]);
    expect(versions[0]?.perSecond[0]).toBe(200);
  });

  it('shows an instance’s memory and CPU only while it runs', () => {
    const { usage } = timelineOf(recordingOf());
    expect(usage.map(({ instance }) => instance)).toEqual(['1.0.0', '1.1.0']);
    expect(usage[0]?.memoryMB[0]).toBe(50);
    expect(usage[0]?.memoryMB.at(-1)).toBeNull();
    expect(usage[1]?.memoryMB[0]).toBeNull();
    expect(usage[0]?.cpuPercent[10]).toBe(8);
  });

  it('leaves out a sample that was cut off', () => {
    expect(usageSamples('1700000000000 1.0.0 5000 12.5\n1700000000250 1.0', -40)).toEqual([
      { time: 1_700_000_000_040, instance: '1.0.0', memoryBytes: 5000, cpuMs: 12.5 },
    ]);
  });
});

describe('the verdict', () => {
  it('is good where nothing was lost', () => {
    expect(verdictOf(recordingOf())).toEqual({
      ok: true,
      sentence:
        'Nothing was lost: 2,000 requests, every one answered, during the upgrade of hello from 1.0.0 to 1.1.0.',
      failures: [],
      doubts: [],
    });
  });

  it('says how many were lost, how and when', () => {
    const { ok, sentence } = verdictOf(recordingOf({ lostAt: [4.41, 4.42] }));
    expect(ok).toBe(false);
    expect(sentence).toBe(
      'Lost 2 of 2,000 requests (2 refused) during the upgrade of hello from 1.0.0 to 1.1.0, all in the step “switch”.',
    );
  });

  it('says which clients lost it, where there are several kinds', () => {
    const recording = recordingOf({ lostAt: [4.41, 4.42, 4.43] });
    const { connections } = recording.load.byKind;
    if (connections === undefined) throw new Error('no connections');
    recording.load.byKind = {
      connections: { ...connections, lost: 0 },
      messages: { ...connections, lost: 2 },
      webSockets: { ...connections, lost: 1 },
    };
    expect(verdictOf(recording).sentence).toContain('(3 refused; WebSocket 1, WebSocket message 2)');
  });

  it('is bad where an act or a check failed, though nothing was lost', () => {
    const failed = verdictOf(recordingOf({ acts: [upgradeAct({ failure: 'apt exited with 100' })] }));
    expect([failed.ok, failed.failures]).toEqual([false, ['upgrade to 1.1.0: apt exited with 100']]);
    const check = { stage: 'after', started: 0, ended: 1, exitCode: 3, said: 'a\nno such order' } as const;
    expect(verdictOf(recordingOf({ checks: [check] })).failures).toEqual([
      'the check after the upgrade exited with 3: no such order',
    ]);
  });

  it('is bad where the new version has answered nobody', () => {
    const recording = recordingOf();
    const { '1.0.0': old } = recording.load.byVersion;
    recording.load = { ...recording.load, byVersion: old === undefined ? {} : { '1.0.0': old } };
    expect(verdictOf(recording).failures).toEqual(['no request was answered by 1.1.0, but by 1.0.0']);
  });

  it('doubts itself where the generator was late', () => {
    const recording = recordingOf();
    recording.load = { ...recording.load, behind: { p50: 1, p90: 20, p99: 80, p999: 90, max: 99 } };
    expect(verdictOf(recording).doubts).toEqual([
      expect.stringContaining('the load generator was itself late (80 ms'),
    ]);
  });
});

it('JUnit has a case for the requests and each act, and no character that XML can’t hold', () => {
  const acts = [upgradeAct({ failure: 'it said "<no>" \u0007' })];
  const recording = recordingOf({ lostAt: [4.41], acts });
  const text = asJUnit(recording, verdictOf(recording));
  expect(text).toContain('tests="2" failures="2"');
  expect(text).toContain('message="it said &quot;&lt;no&gt;&quot; "');
  expect(text).not.toContain('\u0007');
});

it('the SVG shows both versions, what was lost, and the steps that there is room for', () => {
  const recording = recordingOf({ lostAt: [4.41] });
  const svg = asSvg(recording, verdictOf(recording));
  for (const part of ['class="v0" d=', 'class="v1" d=', 'class="lost" d=', 'class="tick"', '>drain<'])
    expect(svg).toContain(part);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

it('the line on a terminal has rate, latency, losses and who answers, no wider than it may be', () => {
  const { load } = recordingOf({ lostAt: [4.41] });
  expect(statusLine(load, 200)).toMatch(
    /^200\/s {2}p99 [\d.]+ ms {2}1 lost {2}▒{20} {2}█ 1\.0\.0 0 % {2}▒ 1\.1\.0 100 %$/,
  );
  expect(statusLine(load, 30)).toHaveLength(30);
});

it('of each relation the first choice is installed', () => {
  expect(firstChoices('nodejs (>= 18), mta | exim4, python3:any [amd64]')).toEqual([
    'nodejs',
    'mta',
    'python3',
  ]);
});
