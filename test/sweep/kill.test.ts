import { afterAll, beforeAll, describe, it } from 'vitest';
import { pause } from '../system/app-on-host.ts';
import { Findings } from './findings.ts';
import { plan } from './plan.ts';
import { lossFindings, SweptApp } from './swept-app.ts';

const asked = plan('kill');

describe.each(asked.handoffs)('an upgrade with the handoff $handoff', (swept) => {
  let app: SweptApp;
  beforeAll(async () => {
    app = await SweptApp.create(asked, swept);
  });
  afterAll(() => app?.dispose());

  const count = asked.count(4);
  it(`whose apt, dpkg and postinst are killed (${count} moments, seed ${asked.seed}) loses nothing, and can be finished`, async () => {
    const findings = new Findings(`kill, ${swept.handoff}, Debian ${asked.debian}, seed ${asked.seed}`);
    for (const moment of app.moments(asked.seed, count)) {
      app.turn();
      const load = await app.load();
      try {
        const outcome = await app.run(['perl', '/root/cut-off.pl', String(moment), ...app.upgrade], false);
        const where = outcome.exitCode === 0 ? await app.where(outcome) : 'it had ended';
        await pause(300);
        const found = await app.finish();
        found.push(...lossFindings(await load.stop()));
        findings.add(`at ${moment} ms`, where, found);
      } finally {
        load.kill();
      }
    }
    findings.expectNone();
  }, 3_600_000);
});
