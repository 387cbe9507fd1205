import { expect, test } from 'vitest';
import { barChart, ratioChart } from './charts.ts';
import { type Run, rowOf } from './figures.ts';

const run: Run = { requests: 10, milliseconds: 1, cpu: 200, p50: 1, p99: 2, memory: 1 };

test('a bar chart names each proxy and writes each value', () => {
  const chart = barChart('CPU <A & B>', 'µs', [rowOf('sluis', 'a', [run], [run])], () => 'A & B');
  for (const text of ['CPU &lt;A &amp; B>', '>A &amp; B<', '>20.0<']) expect(chart).toContain(text);
});

test('a chart of ratios has a mark for each point, and the line that is to be held', () => {
  const chart = ratioChart(
    'Routes',
    'routes',
    [1, 2].map(x => ({ x: x * 1_000, y: x, least: 1, most: 3 })),
  );
  expect(chart.match(/<circle/g)).toHaveLength(2);
  for (const text of ['>2,000<', '>2.00<', 'stroke-dasharray']) expect(chart).toContain(text);
});
