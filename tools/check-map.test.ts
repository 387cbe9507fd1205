import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mapFaults, readTree } from './check-map.ts';

const map = (tree: string, around = '') =>
  `# Map\n\n\`\`\`\nsocket -> gate\n\`\`\`\n\n\`\`\`\nsrc/\n${tree}\`\`\`\n${around}`;
const whole =
  '  main.ts   root\n  kernel/   clock\n    ring.ts  keys\n            told on a second line\nbin/        start\n';
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluis-map-'));
  for (const folder of ['src/kernel', 'bin']) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['src/main.ts', 'src/kernel/ring.ts']) writeFileSync(join(root, file), '');
});
afterEach(() => rmSync(root, { recursive: true }));

function faults(text: string): string[] {
  writeFileSync(join(root, 'map.md'), text);
  return mapFaults(root, 'map.md');
}

it('reads the tree', () => {
  expect(readTree(map(whole))).toEqual({
    entries: ['src/main.ts', 'src/kernel/', 'bin/'],
    deeper: ['src/kernel/ring.ts'],
  });
});

it('finds nothing where map and project agree', () => expect(faults(map(whole))).toEqual([]));

it('finds a room that the map does not show', () => {
  mkdirSync(join(root, 'src/attic'));
  expect(faults(map(whole))).toEqual(['src/attic/ is not in map.md']);
});

it('finds what the map shows and is not there', () => {
  expect(faults(map(`  cellar/ wine\n${whole}`))).toEqual(['map.md: names src/cellar/, which is not there']);
  expect(faults(map(whole.replace('ring', 'chain')))).toEqual([
    'map.md: names src/kernel/chain.ts, which is not there',
  ]);
  expect(faults(map(whole, 'see `src/kernel/gone.ts`'))).toEqual([
    'map.md: names src/kernel/gone.ts, which is not there',
  ]);
});

it('lets rooms of a later release be missing, until they are there', () => {
  expect(faults(map(`  rollout/ operators\n${whole}`))).toEqual([]);
  mkdirSync(join(root, 'src/rollout'));
  expect(faults(map(`  rollout/ operators\n${whole}`))).toEqual([expect.stringContaining('take it off the list')]);
});

it('finds that there is no map', () => {
  expect(mapFaults(root, 'none.md')).toEqual(['none.md: no tree of src/ in a code block']);
});
