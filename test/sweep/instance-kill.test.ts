import { afterAll, beforeAll, describe, it } from 'vitest';
import type { LoadReport } from '../../src/load/load-report.ts';
import { answeringVersion } from '../system/app-on-host.ts';
import { Findings } from './findings.ts';
import { moments } from './moments.ts';
import { plan } from './plan.ts';
import { lossFindings, SweptApp } from './swept-app.ts';

const asked = plan('instance-kill');

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
        const killer = ['perl', '/root/kill-new-instance.pl', app.name, String(app.port), String(moment)];
        const outcome = await app.run([...killer, ...app.upgrade], false);
        const [, killed] = /^killed (.*)$/m.exec(outcome.stdout) ?? [];
        const [when = '0', id = '', current = '', others = '0'] = killed?.split(' ') ?? [];
        const where = `${killed ? `current was ${current}, others: ${others}` : 'never killed'}; ${await app.where(outcome)}`;
        // Generations in one unit: nobody listens from the moment at which the new one is ready. Until then none of its
        // clients is lost. Else others listen, and systemd starts the committed one again beside them.
        const alone = others === '0' && (swept.oneUnit === true || current === id);
        const reached = swept.oneUnit ? alone : !swept.gates || outcome.exitCode === 0;
        const kill = { when: Number(when), reached: killed !== undefined && reached, alone };
        const found: string[] = [];
        if (outcome.exitCode === 0) {
          found.push(...(await app.end()));
          const report = await load.stop();
          found.push(...unexplained(report, kill));
        } else {
          const still = await answeringVersion(app.host, app.port).catch((error: Error) => error.message);
          if (still !== app.from) found.push(`apt failed, and ${still} answers`);
          const report = await load.stop();
          found.push(...unexplained(report, kill));
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

interface Kill {
  /** Unix time in ms. */
  when: number;
  /** Clients may have reached the new instance. */
  reached: boolean;
  /** Nobody else listened then, until systemd has started one again. */
  alone: boolean;
}

/** Losses that the kill does not explain. */
function unexplained(report: LoadReport, { when, reached, alone }: Kill): string[] {
  const odd = report.firstLosses.filter(
    ({ loss, time }) =>
      !(reached && brokenOff.has(loss) && time >= when && time < when + notice) &&
      !(alone && loss === 'refused' && time >= when && time < when + 5_000),
  );
  return odd.length === 0
    ? []
    : [...lossFindings(report), `${odd.length} of them not in flight when it was killed (${when})`];
}
