import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { TestHost } from '../../src/host/test-host.ts';
import type { Load } from '../../src/load/start-load.ts';
import { pause, settled } from '../system/app-on-host.ts';
import { Findings } from './findings.ts';
import { plan } from './plan.ts';
import { lossFindings, SweptApp } from './swept-app.ts';

const asked = plan('soak');

/** By how much a number may differ at the end: what is not here must be the same. */
const tolerances: Readonly<Record<string, (before: number) => number>> = {
  // Runtimes keep descriptors for timers and events as they need them.
  descriptors: () => 5,
  'descriptors-of-systemd': () => 3,
  'memory-of-systemd-in-kB': (before) => 1024 + before / 10,
  'memory-of-the-system-in-kB': (before) => 2048 + before / 10,
};

describe('a host with an app of every handoff', () => {
  let host: TestHost;
  const apps: SweptApp[] = [];
  let loads: Load[] = [];
  beforeAll(async () => {
    const packages = asked.handoffs.flatMap((swept) => swept.packages);
    host = await createTestHost({ debian: asked.debian, packages });
    await host.copyIn(join(import.meta.dirname, 'holdings.sh'), '/root/holdings.sh');
    for (const swept of asked.handoffs) apps.push(await SweptApp.on(host, swept));
  });
  afterAll(async () => {
    for (const load of loads) load.kill();
    for (const app of apps) await app.dispose();
    await host?.dispose();
  });

  const count = asked.count(asked.handoffs.length);
  it(`is after ${count} upgrades as it was before, and has lost nothing`, async () => {
    const findings = new Findings(`soak, Debian ${asked.debian}`);
    const before = await holdings(host);
    loads = await Promise.all(apps.map((app) => app.load()));
    for (let round = 0; round < count; round++) {
      const app = apps[round % apps.length] as SweptApp;
      app.turn();
      await app.run(app.upgrade);
      await settled(host, app.name);
      if ((round + 1) % 50 === 0) console.log(`soak: ${round + 1} upgrades`);
    }
    for (const [at, load] of loads.entries()) {
      const report = await load.stop();
      const app = apps[at] as SweptApp;
      findings.add(app.name, `${report.sent} requests`, [
        ...lossFindings(report),
        ...((await app.answers()) === app.to ? [] : [`it is not ${app.to} that answers`]),
      ]);
    }
    await pause(2000);
    const after = await holdings(host);
    findings.add(
      'what the host holds',
      JSON.stringify({ before, after }),
      Object.entries(after)
        .filter(([what, now]) => {
          const was = before[what] ?? 0;
          return Math.abs(now - was) > (tolerances[what]?.(was) ?? 0);
        })
        .map(([what, now]) => `${what}: ${now}, and ${before[what]} before`),
    );
    findings.expectNone();
  }, 7_200_000);
});

async function holdings(host: TestHost): Promise<Record<string, number>> {
  const { stdout } = await host.run(['sh', '/root/holdings.sh']);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([what, number]) => [what, Number(number)]),
  );
}
