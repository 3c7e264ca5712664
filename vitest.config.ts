import { defineConfig } from 'vitest/config';

/** Tests that need both cores for their load: beside others they would measure the machine. */
const underLoad = ['test/unit/load/load.test.ts', 'test/system/upgrade.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/fresh-dist.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'],
          exclude: underLoad,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude: underLoad,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Mostly they wait.
          maxWorkers: 4,
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
      // One at a time, too: a sample of `npm run sweep` and `npm run soak`, which say how much by the environment.
      {
        test: {
          name: 'sweep',
          include: ['test/sweep/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
