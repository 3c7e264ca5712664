// npm run sweep [-- kill|power-cut|instance-kill|mishaps … OPTIONS]   npm run soak [-- OPTIONS]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const usage = `usage: npm run sweep -- [kill] [power-cut] [instance-kill] [mishaps] [OPTIONS]
       npm run soak -- [OPTIONS]

Upgrades an example app on a throwaway Debian, under load, again and again, and disturbs that at every moment:
  kill            SIGKILL to apt, dpkg and postinst                     (100 moments)
  power-cut       the host loses its power and boots again              (30 moments)
  instance-kill   SIGKILL to the new instance                           (30 moments)
  mishaps         a full disk, a memory limit, a flapping health check, several commands at once
  soak            nothing: 300 upgrades over all handoffs, and what they leave in memory, descriptors, units, mounts

  --count N       so many moments (upgrades, for the soak)
  --seed N        the moments of an earlier run, which printed this seed
  --handoff NAME  this handoff alone
  --debian N      on this Debian release (12)`;
const counts = { kill: 100, 'power-cut': 30, 'instance-kill': 30, mishaps: 1, soak: 300 };

let asked;
try {
  asked = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string' },
      seed: { type: 'string' },
      handoff: { type: 'string' },
      debian: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const wrong = asked.positionals.find((sweep) => !(sweep in counts));
  if (wrong !== undefined) throw new Error(`unknown sweep '${wrong}'`);
  for (const number of ['count', 'seed', 'debian']) {
    const given = asked.values[number];
    if (given !== undefined && !/^\d+$/.test(given))
      throw new Error(`--${number} takes a number, not '${given}'`);
  }
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exit(2);
}
if (asked.values.help) {
  console.log(usage);
  process.exit(0);
}

const { count, seed = String(Math.floor(Math.random() * 1e6)), handoff = '', debian = '12' } = asked.values;
const sweeps =
  asked.positionals.length > 0 ? asked.positionals : ['kill', 'power-cut', 'instance-kill', 'mishaps'];
let status = 0;
for (const sweep of sweeps) {
  const vitest = ['--no-install', 'vitest', 'run', '--project', 'sweep', `test/sweep/${sweep}.test.ts`];
  const ended = spawnSync('npx', vitest, {
    stdio: 'inherit',
    env: {
      ...process.env,
      SWEEP_COUNT: count ?? String(counts[sweep]),
      SWEEP_SEED: seed,
      SWEEP_HANDOFF: handoff,
      SWEEP_DEBIAN: debian,
    },
  });
  status ||= ended.status ?? 1;
}
process.exit(status);
