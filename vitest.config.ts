import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const folders = [
  'src/**/*.test.{ts,tsx}',
  'demo/**/*.test.ts',
  'test/**/*.test.ts',
  'tools/**/*.test.ts',
  'loadtest/**/*.test.ts',
];
/** Those that sign in at the one Roundcube and DokuWiki: side by side they would read each other's mail and spend each other's attempts. */
const atApps = globSync('test/**/*.test.ts').filter(file =>
  /\b(?:roundcube|dokuwiki)\(/.test(readFileSync(file, 'utf8')),
);

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    // Only says that a test ends at all: a busy machine takes a story in a browser four times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: folders,
          exclude: ['**/node_modules/**', ...atApps],
          // Most tests wait for processes of their own: one at a time would leave a core of two idle.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'apps', include: atApps, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
