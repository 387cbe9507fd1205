import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Rows of the threat model that must be tried: kinds of factors, sessions, and keys. */
const numbers = [...range(1, 39), ...range(57, 66)];
const model = readFileSync(new URL('../../docs/threat-model.md', import.meta.url), 'utf8');
const rows = new Map(
  Array.from(model.matchAll(/^\| a\.(\d+) \| ([^|]+) \| ([^|]+) \|$/gm), ([, row = '', what = '', how = '']) => [
    Number(row),
    { what: what.trim(), how: how.trim() },
  ]),
);

/** A row in the title of a test, of a group of tests or of a line of a table: `'R24, a.4: …'`. */
const titles = globSync('{src,test,loadtest,tools}/**/*.test.ts', { cwd: new URL('../..', import.meta.url) })
  .filter(file => !file.endsWith('rows.test.ts'))
  .flatMap(file => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n'))
  .filter(line => /^\s*(?:(?:test|it|describe)\b.*['"`(]|\[?\s*['"`])/.test(line));
const named = new Set(titles.flatMap(line => [...line.matchAll(/\ba\.(\d+)/g)].map(([, row]) => Number(row))));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

describe('the rows of the threat model', () => {
  it('are there, each once, with what they are about', () => {
    expect([...rows.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
    for (const { what, how } of rows.values()) expect([what, how]).not.toContain('');
  });

  it('each have a test that names them, or the reason why not', () => {
    const untried = numbers.filter(row => rows.get(row)?.how === 'tried' && !named.has(row));
    expect(untried).toEqual([]);
    // A reason is a sentence, and stands only where no test does.
    for (const [row, { how }] of rows)
      if (how !== 'tried')
        expect([row, how, named.has(row)]).toEqual([row, expect.stringMatching(/^Not .{20,}\.$/), false]);
  });

  it('and a test names no row that is not there', () => {
    const known = new Set([...numbers, ...range(40, 56), ...range(67, 74)]);
    expect([...named].filter(row => !known.has(row))).toEqual([]);
  });
});
