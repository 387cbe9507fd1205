import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAuthResults } from './authentication-results.ts';

const read = (value: string) => {
  const found = readAuthResults(value);
  return (
    found && [
      found.by,
      ...found.results.map(({ method, result, properties }) => [method, result, Object.fromEntries(properties)]),
    ]
  );
};

describe('RFC 8601: Authentication-Results', () => {
  test('the examples of its appendix B', () => {
    expect(read('example.org 1; none')).toEqual(['example.org']);
    expect(read('example.com; spf=pass smtp.mailfrom=example.net')).toEqual([
      'example.com',
      ['spf', 'pass', { 'smtp.mailfrom': 'example.net' }],
    ]);
    expect(
      read(
        'example.com; dkim=pass (good signature) header.d=example.com;\r\n\tdkim=fail reason="bad signature" header.i=@newyork.example.com',
      ),
    ).toEqual([
      'example.com',
      ['dkim', 'pass', { 'header.d': 'example.com' }],
      ['dkim', 'fail', { reason: 'bad signature', 'header.i': '@newyork.example.com' }],
    ]);
    expect(
      read(
        "foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
      ),
    ).toBeUndefined();
    expect(read('example.com; dmarc = pass (p=reject) header.from = example.com')).toEqual([
      'example.com',
      ['dmarc', 'pass', { 'header.from': 'example.com' }],
    ]);
  });

  test.each([
    // What a sender writes stands in comments and quotes of our own header.
    ['mx; spf=fail (x; dmarc=pass header.from=gemeente.nl) smtp.mailfrom=a', ['spf']],
    ['mx; spf=fail (a (b) ; dmarc=pass) smtp.mailfrom=a', ['spf']],
    ['mx; spf=fail (a \\) ; dmarc=pass) smtp.mailfrom=a', ['spf']],
    ['mx; spf=fail smtp.mailfrom="x; dmarc=pass header.from=gemeente.nl"', ['spf']],
    ['mx; spf=fail smtp.mailfrom="x\\"; dmarc=pass"', ['spf']],
  ])('%s', (value, methods) => {
    expect(readAuthResults(value)?.results.map(({ method }) => method)).toEqual(methods);
  });

  test.each([
    'mx; dmarc=pass (',
    'mx; dmarc=pass "',
    'mx; dmarc',
    'mx; =pass',
    '',
    ' ',
    'mx 2; dmarc=pass',
    'a b c; x=y',
    'mx; dmarc=pass header.from',
  ])('is not read: %j', value => {
    expect(readAuthResults(value)).toBeUndefined();
  });

  test('a property that comes twice says nothing', () => {
    expect(read('mx; dkim=pass header.d=elders.nl header.d=gemeente.nl')).toEqual(['mx', ['dkim', 'pass', {}]]);
  });

  test('never throws, and nothing in a comment or in quotes becomes a result', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('(', ')', '"', '\\', ';', '=', ' ', 'dmarc=pass', 'a'),
      maxLength: 30,
    });
    fc.assert(fc.property(hostile, text => void readAuthResults(`mx; ${text}`)));
    const inside = hostile.map(text => text.replace(/[()"\\]/g, ''));
    fc.assert(
      fc.property(inside, text => {
        for (const value of [`mx; spf=fail (${text})`, `mx; spf=fail reason="${text}"`])
          expect(readAuthResults(value)?.results.map(({ method }) => method)).toEqual(['spf']);
      }),
    );
  });
});
