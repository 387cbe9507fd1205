import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: [
      'src/**/*.test.{ts,tsx}',
      'demo/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
      'loadtest/**/*.test.ts',
    ],
    // Only says that a test ends at all: a busy machine takes a story in a browser four times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    pool: 'forks',
    // Most tests wait for processes of their own: one at a time would leave a core of two idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
