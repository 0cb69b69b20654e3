import { defineConfig } from 'vitest/config';

/** `unit` needs nothing; `emulator` runs inside `npm test`, which starts what it needs. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'functions/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'load-tests/**/*.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'emulator',
          include: ['functions/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Two at a time: the emulator's one JVM is the bottleneck.
          maxWorkers: 2,
        },
      },
    ],
  },
});
