import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName, readPairs, readTarget } from './target.ts';

describe('R01 a target', () => {
  it.each(['/', '/a', '/a/b.c', '/~x/a-b_c', '/.well-known/x'])('%s has one reading', raw => {
    expect(readTarget(`${raw}?q`)).toMatchObject({ path: raw, query: 'q', plain: true, readings: [raw.toLowerCase()] });
  });

  it.each(['/a/', '/a/b.c/'])('%s is read without its last slash too, which opens nothing more', raw => {
    expect(readTarget(raw)).toMatchObject({ path: raw, plain: true, readings: [raw, raw.slice(0, -1)] });
  });

  it.each(['/a.', '/a./b', '/a.../b', '/a%20/b', '/a%2e/b'])('%s is read without dots and spaces at ends', raw => {
    const { plain, readings } = readTarget(raw);
    expect(plain).toBe(false);
    expect(readings).toContain(raw.endsWith('/b') ? '/a/b' : '/a');
  });

  it.each([
    '',
    'a',
    '/...',
    '//',
    '/a//b',
    '/.',
    '/..',
    '/a/./b',
    '/a/..',
    '/a;b',
    '/a\\b',
    '/%61',
    '/a%2fb',
    '/a b',
    '/é',
    '/a\n',
    '/a*',
    'http://x/a',
  ])('%j is not plain, so it can never be public', raw => {
    expect(readTarget(raw).plain).toBe(false);
  });

  it('keeps what it came as, and the query from the first question mark on', () => {
    expect(readTarget('/a%2F?x=1?y')).toMatchObject({ raw: '/a%2F?x=1?y', path: '/a%2F', query: 'x=1?y' });
  });

  it('never throws, and every reading begins at the root with no way up in it', () => {
    const hostile = fc.array(
      fc.constantFrom('/', '.', '..', '%2e', '%2f', '%5c', '\\', ';', '%00', '%25', '%', 'a', '%c3', '%FF'),
    );
    fc.assert(
      fc.property(hostile, parts => {
        const { readings } = readTarget(parts.join(''));
        expect(readings.length).toBeGreaterThan(0);
        for (const reading of readings) {
          expect(reading.startsWith('/')).toBe(true);
          expect(reading.split('/')).not.toContain('..');
        }
      }),
    );
  });
});

describe('R03 names of parameters', () => {
  // What PHP 8.2 makes of each, by parse_str().
  it.each([
    ['_task', '_task'],
    ['.task', '_task'],
    ['  .task', '_task'],
    [' task', 'task'],
    ['_task[]', '_task'],
    ['_task[a][b]', '_task'],
    ['_task[]x', '_task'],
    ['login[name', 'login_name'],
    ['a[b.c', 'a_b_c'],
    ['a.b c', 'a_b_c'],
    ['_task\0x', '_task'],
    ['_task\0[x', '_task'],
    ['ALPHA', 'ALPHA'],
  ])('%j is %j to PHP', (name, folded) => {
    expect(foldName(name, 'php')).toBe(folded);
    expect(foldName(name, 'none')).toBe(name);
  });
});

describe('pairs of a query', () => {
  it.each<[string, [string, string][]]>([
    ['', []],
    ['a', [['a', '']]],
    [
      'a=1&a=2;b=3',
      [
        ['a', '1'],
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    [
      'a=b=c&&=x',
      [
        ['a', 'b=c'],
        ['', 'x'],
      ],
    ],
    ['a+b=%2B%20+', [['a b', '+  ']]],
    ['%5ftask%00%FF=x', [['_task\0\ufffd', 'x']]],
    ['a%zz=%41%', [['a%zz', 'A%']]],
    ['%C3%A9=é', [['é', 'é']]],
  ])('%j', (text, pairs) => {
    expect(readPairs(text)).toEqual(pairs);
  });

  it('come back as URLSearchParams wrote them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), pairs => {
        expect(readPairs(new URLSearchParams(pairs).toString())).toEqual(pairs);
      }),
    );
  });
});
