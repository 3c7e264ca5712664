import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Recording } from '../../../src/rehearse/recording.ts';
import { asReport } from '../../../src/rehearse/report.ts';
import { verdictOf } from '../../../src/rehearse/verdict.ts';
import { recordingOf, upgradeAct } from './recordings.ts';

let browser: Browser;
const work = mkdtempSync(join(tmpdir(), 'mkdeb-report-'));
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(work, { recursive: true });
});

/** The report as a browser shows it; `wrong`: every error and every request for something that is not in it. */
async function opened(recording: Recording, width = 1200): Promise<{ page: Page; wrong: string[] }> {
  const file = join(work, `${Math.random().toString(36).slice(2)}.html`);
  writeFileSync(file, asReport(recording, verdictOf(recording)));
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const wrong: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('pageerror', ({ message }) => wrong.push(message));
  page.on('console', (message) => wrong.push(message.text()));
  page.on('request', (request) => {
    if (request.url() !== address) wrong.push(request.url());
  });
  await page.goto(address);
  return { page, wrong };
}

it('opens without an error, needs nothing from elsewhere, and has every figure drawn', async () => {
  const { page, wrong } = await opened(recordingOf({ lostAt: [4.41, 4.42] }));
  const figures = await page.$$eval('.figure', (all) => all.map(({ id }) => id));
  expect(figures).toEqual(['answers', 'latency', 'lost', 'memory', 'cpu']);
  // Each has colours on its canvas, not just paper.
  const colours = await page.$$eval('.figure canvas', (all) =>
    all.map((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of Node
      const { data } = (canvas as any).getContext('2d').getImageData(0, 0, width, height);
      const seen = new Set<number>();
      for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return seen.size;
    }),
  );
  expect(Math.min(...colours)).toBeGreaterThan(5);
  expect(await page.textContent('.verdict')).toContain('Lost 2 of 2,000 requests');
  expect(await page.$$eval('#losses tbody tr', (rows) => rows.length)).toBe(2);
  // What a client saw is text, not markup.
  expect(await page.textContent('#losses tbody tr')).toContain('<b>');
  expect(wrong).toEqual([]);
});

it('zooms all figures at once, to an upgrade and back', async () => {
  const acts = [upgradeAct({ title: '</script><b>upgrade' })];
  const { page, wrong } = await opened(recordingOf({ acts }));
  const pressed = () => page.textContent('.zoom [aria-pressed="true"]');
  expect(await pressed()).toBe('All');
  const pictures = () =>
    // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of Node
    page.$$eval('.figure canvas', (all) => all.map((canvas) => (canvas as any).toDataURL()));
  const before = await pictures();
  await page.click('.zoom button:nth-child(2)');
  await expect.poll(pressed).toBe('</script><b>upgrade');
  const after = await pictures();
  expect(after.filter((picture, i) => picture === before[i])).toEqual([]);
  await page.click('.zoom button:first-child');
  await expect.poll(pictures).toEqual(before);
  expect(wrong).toEqual([]);
});

it('tells what became of each kind of request, and over which family', async () => {
  const recording = recordingOf({ lostAt: [4.41] });
  const { connections: tally } = recording.load.byKind;
  if (tally === undefined) throw new Error('no connections');
  recording.load.byKind = { connections: { ...tally, lost: 0 }, webSockets: tally };
  recording.load.byAddress = { '192.0.2.1': tally, '2001:db8::1': tally };
  const { page } = await opened(recording);
  expect(
    await page.$$eval('#clients tbody tr', (rows) => rows.map(({ textContent }) => textContent)),
  ).toEqual([
    'new connection2,00001 refused101.3 ms3.9 ms',
    'WebSocket2,00011 refused101.3 ms3.9 ms',
    'all over IPv42,00011 refused101.3 ms3.9 ms',
    'all over IPv62,00011 refused101.3 ms3.9 ms',
  ]);
  expect(await page.textContent('#losses tbody tr')).toContain('new connection (IPv4)');
});

it('fits on a phone', async () => {
  const { page } = await opened(recordingOf({ lostAt: [4.41] }), 390);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
});
