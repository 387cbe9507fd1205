import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const folder = join(import.meta.dirname, '..', '..', 'config');
const presets = { named, generic: genericPreset };
const texts = ['sluis.yaml', 'examples/generic.yaml', 'examples/roundcube.yaml'].map(file =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(line => !/^\s*(#|$)/.test(line)),
);

const odd = fc.oneof(
  fc.constantFrom(
    '',
    '~',
    '[]',
    '{}',
    '{ a: 1 }',
    '[1]',
    'true',
    '-1',
    '1e99',
    '//',
    '"\\0"',
    '*a',
    '&a x',
    '!x y',
    '__proto__',
  ),
  fc.string({ maxLength: 12 }),
);
const edit = fc.record({ at: fc.nat(200), how: fc.constantFrom('drop', 'twice', 'value', 'key', 'indent'), odd });

function apply(lines: readonly string[], { at, how, odd }: { at: number; how: string; odd: string }): string[] {
  const index = at % lines.length;
  const line = lines[index] ?? '';
  const changed: Record<string, readonly string[]> = {
    drop: [],
    twice: [line, line],
    value: [line.replace(/:.*/, () => `: ${odd}`)],
    key: [line.replace(/[\w-]+:/, () => `${odd}:`)],
    indent: [`  ${line}`],
  };
  return lines.toSpliced(index, 1, ...(changed[how] ?? []));
}

it('never throws, and every problem has a line, whatever was typed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }), (lines, edits) => {
      const text = edits.reduce<string[]>((current, one) => apply(current, one), [...lines]).join('\n');
      const loaded = loadSettings(text, { folder, presets });
      if (loaded.ok) return;
      expect(loaded.problems.length).toBeGreaterThan(0);
      for (const problem of loaded.problems) expect(problem.line).toBeGreaterThan(0);
    }),
    { numRuns: 1500 },
  );
});
