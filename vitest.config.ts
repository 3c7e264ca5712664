import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that need both cores for their load: beside others they would measure the machine. */
const underLoad = [
  'test/unit/load/load.test.ts',
  'test/unit/load/web-sockets.test.ts',
  'test/unit/load/http2.test.ts',
  'test/system/upgrade.test.ts',
];

/** Those that take the longest begin first, so that no worker is left with one of them at the end. */
const longest = ['contract-debian', 'unmodified-node', 'vip', 'versions', 'unhealthy', 'socket'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((name) => moduleId.includes(`/test/system/${name}`));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** A failure can be had again from the same commit; each commit tries other moments. */
function seedOfCommit(): number {
  try {
    const git = ['rev-parse', '--short=5', 'HEAD'];
    return Number.parseInt(execFileSync('git', git, { encoding: 'utf8', stdio: 'pipe' }).slice(0, 5), 16);
  } catch {
    return randomInt(1_000_000);
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/fresh-dist.ts', 'test/shared-packages.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'],
          exclude: underLoad,
          testTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude: underLoad,
          // A slow machine takes long; what must not take long is looked at where it happens.
          testTimeout: 900_000,
          hookTimeout: 600_000,
          // Mostly they wait; more at once would only wait for the two cores that CI has.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      // One at a time.
      {
        test: {
          name: 'load',
          include: underLoad,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      // `npm run test:vagrant`: emulated machines take their time, and both cores.
      {
        test: {
          name: 'vagrant',
          include: ['test/vagrant/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      // A sample of `npm run sweep` and `npm run soak`, which say by the environment what they want (and run one file).
      {
        test: {
          name: 'sweep',
          include: ['test/sweep/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // They look for what is lost, not for how fast it is, and mostly they wait.
          maxWorkers: 3,
          env: { SAMPLE_SEED: process.env['SAMPLE_SEED'] ?? String(seedOfCommit()) },
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
