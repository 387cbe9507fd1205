import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Head } from './head.ts';
import {
  locationRewriter,
  manyHeaders,
  oneHeader,
  ownRequestHeaders,
  requestHeaders,
  responseHeaders,
} from './headers.ts';
import { Lines } from './lines.ts';

const forwarded = { host: 'app.test', source: '192.0.2.7', proto: 'https', cookie: 'A=1' } as const;

function head(raw: readonly string[], connection?: string): Head {
  return { lines: new Lines(raw, connection) } as Head;
}

function pairsOf(flat: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] ?? '';
    found.set(name, [...(found.get(name) ?? []), flat[i + 1] ?? '']);
  }
  return found;
}

describe('rule 4: headers for the app', () => {
  it('are those of the client that may pass, then ours', () => {
    expect(
      requestHeaders(head(['host', 'x', 'accept', 'a', 'cookie', 'c', 'x-forwarded-for', 'f']), forwarded),
    ).toEqual([
      'host',
      'app.test',
      'accept',
      'a',
      'x-forwarded-for',
      '192.0.2.7',
      'x-forwarded-proto',
      'https',
      'x-forwarded-host',
      'app.test',
      'cookie',
      'A=1',
    ]);
  });

  it('have no Cookie where there is none to send', () => {
    expect(pairsOf(requestHeaders(head(['cookie', 'c']), { ...forwarded, cookie: undefined })).has('cookie')).toBe(
      false,
    );
  });

  it('lack what Connection names, but never what ours or the body needs', () => {
    const raw = ['x-a', '1', 'content-length', '3', 'content-type', 't', 'x-b', '2'];
    const sent = pairsOf(
      requestHeaders(head(raw, 'X-A , content-length,CONTENT-TYPE, x-forwarded-for, host, cookie'), forwarded),
    );
    expect([...sent.keys()]).toEqual([
      'host',
      'content-length',
      'content-type',
      'x-b',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'cookie',
    ]);
  });

  it('never hold a name twice that must be single, nor one with an underscore, whatever comes', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'x-forwarded-for',
        'host',
        'cookie',
        'forwarded',
        'x-user',
        'x_user',
        'transfer-encoding',
        'expect',
        'upgrade',
        'keep-alive',
        'te',
        '__proto__',
      ),
      fc.stringMatching(/^[a-z][a-z_-]{0,12}$/),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constant('v'))), raw => {
        const sent = pairsOf(requestHeaders(head(raw.flat()), forwarded));
        for (const single of ['host', 'cookie', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) {
          expect(sent.get(single)).toHaveLength(1);
        }
        // Those on which undici throws, and with them wedges a pool.
        for (const bad of ['transfer-encoding', 'expect', 'upgrade', 'keep-alive', 'te', 'connection'])
          expect(sent.has(bad)).toBe(false);
        expect([...sent.keys()].filter(one => one.includes('_'))).toEqual([]);
      }),
    );
  });

  it('of our own requests carry who she is to the app and nothing else of hers', () => {
    const raw = ['user-agent', 'u', 'accept-language', 'nl', 'x-a', '1', 'if-none-match', 'e', 'authorization', 'z'];
    const sent = ownRequestHeaders(head(raw, 'user-agent'), forwarded, ['origin', 'o']);
    expect([...pairsOf(sent).keys()]).toEqual([
      'host',
      'user-agent',
      'accept-language',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'cookie',
      'origin',
    ]);
  });
});

describe('rule 11: headers of an answer', () => {
  const same = (location: string) => location;

  it('pass but for those that stop here', () => {
    const answer = {
      'content-type': 'a/b',
      'set-cookie': ['c'],
      'clear-site-data': '"*"',
      vary: ['A', 'B'],
      connection: 'close',
    };
    expect(responseHeaders(answer, same)).toEqual(['content-type', 'a/b', 'vary', 'A', 'vary', 'B']);
  });

  it('lack what Connection names, but for length and type', () => {
    const answer = { connection: ['X-A', 'content-type'], 'x-a': '1', 'content-type': 't', 'x-b': '2' };
    expect(responseHeaders(answer, same)).toEqual(['content-type', 't', 'x-b', '2']);
  });

  it('have one Location, rewritten', () => {
    expect(responseHeaders({ location: ['/a', '/b'], 'content-location': '/c' }, to => `!${to}`)).toEqual([
      'location',
      '!/a',
      'content-location',
      '!/c',
    ]);
  });

  it('are found by name, as one and as many', () => {
    const answer = { a: '1', b: ['2', '3'] };
    expect([oneHeader(answer, 'a'), oneHeader(answer, 'b'), oneHeader(answer, 'c')]).toEqual(['1', '2', undefined]);
    expect([manyHeaders(answer, 'a'), manyHeaders(answer, 'b'), manyHeaders(answer, 'c')]).toEqual([
      ['1'],
      ['2', '3'],
      [],
    ]);
  });
});

describe('R01 a Location at the backend', () => {
  const rewrite = locationRewriter('http://10.0.0.5:8080', 'https://app.test');

  it.each([
    ['http://10.0.0.5:8080/a?b#c', 'https://app.test/a?b#c'],
    ['https://10.0.0.5:8080/a', 'https://app.test/a'],
    ['//10.0.0.5:8080/a', 'https://app.test/a'],
    ['http://10.0.0.5:8080', 'https://app.test/'],
    ['HTTP://10.0.0.5:8080/a', 'https://app.test/a'],
    ['http://10.0.0.5/a', 'http://10.0.0.5/a'],
    ['https://elders.test/a', 'https://elders.test/a'],
    ['/a?b=http://10.0.0.5:8080/', '/a?b=http://10.0.0.5:8080/'],
    ['a', 'a'],
    ['', ''],
    ['http://[', 'http://['],
  ])('%s becomes %s', (from, to) => {
    expect(rewrite(from)).toBe(to);
  });
});

it.each([
  ['5; url=http://10.0.0.5:8080/x?y#z', '5; url=https://app.test/x?y#z'],
  ['0;URL=//10.0.0.5:8080/x', '0;URL=https://app.test/x'],
  ['0, url = "http://10.0.0.5:8080/x"', '0, url = "https://app.test/x"'],
  ["0; url='http://10.0.0.5:8080/x'; geheim", "0; url='https://app.test/x'; geheim"],
  ['3; http://10.0.0.5:8080/x', '3; https://app.test/x'],
  ['3; url=/x', '3; url=/x'],
  ['3; url=https://elders.test/x', '3; url=https://elders.test/x'],
  ['30', '30'],
  ['', ''],
  ['anders', 'anders'],
])('Refresh %s leads to the public address as Location does', (value, expected) => {
  const rewrite = locationRewriter('http://10.0.0.5:8080', 'https://app.test');
  expect(responseHeaders({ refresh: value }, rewrite)).toEqual(['refresh', expected]);
});
