import { afterAll, beforeAll, describe, it } from 'vitest';
import { activity, answeringVersion, pause } from '../system/app-on-host.ts';
import { Findings } from './findings.ts';
import { plan } from './plan.ts';
import { SweptApp } from './swept-app.ts';

const asked = plan('power-cut');

describe.each(asked.handoffs)('an upgrade with the handoff $handoff', (swept) => {
  let app: SweptApp;
  beforeAll(async () => {
    app = await SweptApp.create(asked, swept);
  });
  afterAll(() => app?.dispose());

  /** Made by a handoff, and of no use after a boot: it is missing where the upgrade had ended before the cut. */
  const gone = new RegExp(`^missing: file /run/(lock/\\S+|hello-${swept.kind}-handoff)$`);
  const count = asked.count(2);
  it(`whose host loses its power (${count} moments, seed ${asked.seed}) leaves a version that serves, and can be finished`, async () => {
    const findings = new Findings(`power cut, ${swept.handoff}, Debian ${asked.debian}, seed ${asked.seed}`);
    for (const moment of app.moments(asked.seed, count)) {
      app.turn();
      const load = await app.load();
      try {
        const upgrade = app.run(app.upgrade, false).catch(() => undefined);
        await pause(moment);
        const cut = Date.now();
        await app.host.cutPower();
        const before = (await load.snapshot()).firstLosses.filter(({ time }) => time < cut);
        load.kill();
        await upgrade;
        const found = before.map(
          ({ kind, loss, detail }) => `lost before the cut: ${kind} ${loss} ${detail}`,
        );

        await app.host.boot();
        const where = await app.where();
        const first = await serves(app, found, 'the first boot');
        await app.host.reboot();
        const second = await serves(app, found, 'the second boot');
        if (first !== second) found.push(`${first} serves after the first boot, ${second} after the second`);
        found.push(...(await app.finish()).filter((line) => !gone.test(line)));
        findings.add(`at ${moment} ms`, `${first} serves; ${where}`, found);
      } finally {
        load.kill();
      }
    }
    findings.expectNone();
  }, 3_600_000);
});

/** The version that answers after a boot. */
async function serves(app: SweptApp, found: string[], when: string): Promise<string> {
  const face = await activity(app.host, `${app.name}.service`);
  if (face !== 'active') found.push(`after ${when}, ${app.name}.service is ${face}`);
  const version = await answeringVersion(app.host, app.port).catch((error: Error) => error.message);
  if (version !== app.from && version !== app.to) found.push(`after ${when}, nothing serves: ${version}`);
  return version;
}
