import { expect, test } from 'vitest';
import { type Run, rowOf, spread } from './figures.ts';

const run = (cpu: number): Run => ({
  requests: 1_000,
  milliseconds: 500,
  cpu: cpu * 1_000,
  p50: 1,
  p99: 2,
  memory: 2 ** 20,
});

test('the median of an even and an odd number of values, and their ends', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test('a round is compared with itself: what slows both changes no ratio', () => {
  const row = rowOf('sluis', '1 KB', [run(24), run(48)], [run(20), run(40)]);
  expect(row.ratio).toEqual({ median: 1.2, least: 1.2, most: 1.2 });
  expect(row.cpu.median).toBe(36);
  expect(row.throughput.median).toBe(2_000);
});
