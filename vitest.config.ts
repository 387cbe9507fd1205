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
    testTimeout: 30_000,
    hookTimeout: 240_000,
    pool: 'forks',
  },
});
