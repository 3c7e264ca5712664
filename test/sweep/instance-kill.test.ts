import { afterAll, beforeAll, describe, it } from 'vitest';
import type { LoadReport } from '../../src/load/load-report.ts';
import { answeringVersion } from '../system/app-on-host.ts';
import { Findings } from './findings.ts';
import { moments } from './moments.ts';
import { plan } from './plan.ts';
import { lossFindings, SweptApp } from './swept-app.ts';

// Both disturb the new version's unit alone.
const asked = plan('one', (swept) => !swept.oneUnit);

/** What a killed process does to the connections that it has. */
const brokenOff = new Set(['reset', 'cut-off']);
/** How long after the kill a client may notice, in ms. */
const notice = 500;

describe.each(asked.handoffs)('an upgrade with the handoff $handoff', (swept) => {
  let app: SweptApp;
  beforeAll(async () => {
    app = await SweptApp.create(asked, swept);
  });
  afterAll(() => app?.dispose());

  const count = asked.count(3);
  it(`whose new instance is killed (${count} moments, seed ${asked.seed}) loses no more than what that one had in flight`, async () => {
    const findings = new Findings(
      `instance kill, ${swept.handoff}, Debian ${asked.debian}, seed ${asked.seed}`,
    );
    for (const moment of moments(asked.seed, count, 0, (app.times.end - app.times.postinst) * 0.8)) {
      app.turn();
      const load = await app.load();
      try {
        const killer = ['perl', '/root/kill-new-instance.pl', app.name, String(moment), ...app.upgrade];
        const outcome = await app.run(killer, false);
        const [, killed] = /^killed (.*)$/m.exec(outcome.stdout) ?? [];
        const [when = '0', id = '', current = '', others = '0'] = killed?.split(' ') ?? [];
        const where = `${killed ? `current was ${current}, others: ${others}` : 'never killed'}; ${await app.where(outcome)}`;
        const found: string[] = [];
        if (outcome.exitCode === 0) {
          found.push(...(await app.end()));
          const report = await load.stop();
          found.push(...unexplained(report, Number(when), current === id && others === '0'));
        } else {
          const still = await answeringVersion(app.host, app.port).catch((error: Error) => error.message);
          if (still !== app.from) found.push(`apt failed, and ${still} answers`);
          const report = await load.stop();
          found.push(...lossFindings(report));
          if (swept.gates && report.byVersion[app.to]) found.push('clients reached the new one');
          found.push(...(await app.finish()));
        }
        findings.add(
          `at ${moment} ms`,
          where,
          found.filter((line) => !/: restarts of /.test(line)),
        );
      } finally {
        load.kill();
      }
    }
    findings.expectNone();
  }, 3_600_000);
});

/** Losses that the kill does not explain. Where it was `alone`, nobody listened until systemd had started it again. */
function unexplained(report: LoadReport, when: number, alone: boolean): string[] {
  const odd = report.firstLosses.filter(
    ({ loss, time }) =>
      !(brokenOff.has(loss) && time >= when && time < when + notice) &&
      !(alone && loss === 'refused' && time >= when && time < when + 5_000),
  );
  return odd.length === 0
    ? []
    : [...lossFindings(report), `${odd.length} of them not in flight when it was killed (${when})`];
}
