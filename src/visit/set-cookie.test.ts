import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JarCookie } from './jar.ts';
import { cookieHeader, mergeJar, readSetCookie } from './set-cookie.ts';

const now = Date.UTC(2026, 10, 22, 9);
const read = (line: string, path = '/app/page') => readSetCookie(line, path, now);
const cookie = (name: string, path = '/', more: Partial<JarCookie> = {}): JarCookie => ({
  name,
  value: 'v',
  path,
  expires: undefined,
  sameSite: 'Lax',
  ...more,
});

describe('RFC 6265 5.2 a Set-Cookie line', () => {
  it.each<[string, Partial<JarCookie>]>([
    ['a=b', { name: 'a', value: 'b', path: '/app', expires: undefined, sameSite: 'Lax' }],
    [' \t a \t = \t b \t ; Path=/', { name: 'a', value: 'b', path: '/' }],
    ['a=', { value: '' }],
    ['a=b=c==', { value: 'b=c==' }],
    ['a="b c"', { value: '"b c"' }],
    ['a=b; secure; HttpOnly; Domain=evil.test; Partitioned; x=y', { path: '/app' }],
    ['a=b; PATH = /x ', { path: '/x' }],
    ['a=b; path=/x; path=/y', { path: '/y' }],
    ['a=b; path=/x; path=y', { path: '/app' }],
    ['a=b; path=', { path: '/app' }],
    ['a=b; path=x/y', { path: '/app' }],
    ['a=b; path=/x=y', { path: '/x=y' }],
    ['a=b; samesite=STRICT', { sameSite: 'Strict' }],
    ['a=b; samesite=None', { sameSite: 'Lax' }],
    ['__proto__=x', { name: '__proto__', value: 'x' }],
    ['constructor=x; __proto__=y; prototype', { name: 'constructor', value: 'x' }],
    ['__Host-x=y', { name: '__Host-x' }],
    ['a=\u00e9', { value: '\u00e9' }],
  ])('%j is read as browsers do', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it.each([
    '',
    '=',
    '=b',
    ' =b',
    'a',
    'a; b=c',
    '; a=b',
    'a b=c',
    'a\0=b',
    'a=b\0',
    'a=b\x7f',
    'a=b\tc',
    'a=b\r\nX: y',
    '\u00a0a=b',
    'a\u2000=b',
    '"a"=b',
    'a,b=c',
    'a=\u2000',
    'a=b\ud83d',
  ])('%j is none', line => {
    expect(read(line)).toBeUndefined();
  });

  it('keeps a space that browsers keep', () => {
    expect(read('a=\u00a0b\u00a0')?.value).toBe('\u00a0b\u00a0');
  });

  it.each([
    ['/', '/'],
    ['/a', '/'],
    ['/a/', '/a'],
    ['/a/b/c', '/a/b'],
    ['', '/'],
  ])('of a request to %j belongs to %j by default', (path, expected) => {
    expect(read('a=b', path)?.path).toBe(expected);
  });

  it.each<[string, number | undefined]>([
    ['max-age=60', now + 60_000],
    ['Max-Age=0', now],
    ['max-age=-1', now],
    ['max-age=-99999999999999999999', now],
    ['max-age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT', now + 60_000],
    ['expires=Wed, 22 Nov 2028 09:00:00 GMT; max-age=0', now],
    ['max-age=99999999999999999999', now + 400 * 86_400_000],
    [`max-age=${'9'.repeat(400)}`, now + 400 * 86_400_000],
    ['max-age=1e3', undefined],
    ['max-age=', undefined],
    ['max-age=+60', undefined],
    ['max-age=60; max-age=x', now + 60_000],
    ['expires=Sun, 22 Nov 2026 10:00:00 GMT', now + 3_600_000],
    ['expires=Sun, 22-Nov-2026 10:00:00 GMT', now + 3_600_000],
    ['expires=Sun, 22-Nov-26 10:00:00 GMT', now + 3_600_000],
    ['expires=Sun Nov 22 10:00:00 2026', now + 3_600_000],
    ['expires=22 nov 2026 10:00:00', now + 3_600_000],
    ['expires=Thu, 01-Jan-70 00:00:01 GMT', 1000],
    ['expires=Fri, 01-Jan-69 00:00:00 GMT', Date.UTC(2069, 0, 1)],
    ['expires=Thu, 01-Jan-1970 00:00:01 GMT', 1000],
    ['expires=0', undefined],
    ['expires=-1', undefined],
    ['expires=', undefined],
    ['expires=tomorrow', undefined],
    ['expires=Sun, 22 Nov 2026 24:00:00 GMT', undefined],
    ['expires=Sun, 32 Nov 2026 10:00:00 GMT', undefined],
    ['expires=Sun, 22 Nov 1600 10:00:00 GMT', undefined],
    ['expires=2026-11-22T10:00:00Z', undefined],
  ])('RFC 6265 5.1.1 with %s ends at %s', (attributes, expires) => {
    expect(read(`a=b; ${attributes}`)?.expires).toBe(expires);
  });

  it('never throws, and what it reads can travel in a Cookie header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), line => {
        const found = read(line);
        if (found === undefined) return;
        expect(`${found.name}=${found.value}`).not.toMatch(/[;\r\n\0]|[^\x20-\xff]/);
        expect(found.expires === undefined || Number.isFinite(found.expires)).toBe(true);
      }),
    );
  });
});

describe('RFC 6265 5.4 a Cookie header', () => {
  it('has longer paths first, and those of equal length in their order', () => {
    const jar = [cookie('a'), cookie('b', '/x/y'), cookie('c', '/x'), cookie('d')];
    expect(cookieHeader(jar, '/x/y', now)).toBe('b=v; c=v; a=v; d=v');
  });

  it.each([
    ['/x', '/x', true],
    ['/x', '/x/y', true],
    ['/x/', '/x/y', true],
    ['/x/', '/x', false],
    ['/x', '/xy', false],
    ['/x', '/', false],
    ['/', '/y', true],
    ['/X', '/x', false],
  ])('a cookie of %s goes to %s: %s', (path, target, sent) => {
    expect(cookieHeader([cookie('a', path)], target, now)).toBe(sent ? 'a=v' : undefined);
  });

  it('leaves out what has ended, to the millisecond', () => {
    const jar = [cookie('a', '/', { expires: now }), cookie('b', '/', { expires: now + 1 })];
    expect(cookieHeader(jar, '/', now)).toBe('b=v');
    expect(cookieHeader([], '/', now)).toBeUndefined();
  });

  it('does not change the jar', () => {
    const jar = [cookie('a'), cookie('b', '/x')];
    cookieHeader(jar, '/x', now);
    expect(jar.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('RFC 6265 5.3 a jar', () => {
  it('replaces by name and path, keeps the rest, and drops what ended', () => {
    const jar = [cookie('a'), cookie('a', '/x'), cookie('b'), cookie('__proto__')];
    const fresh = [
      cookie('a', '/', { value: 'new' }),
      cookie('b', '/', { expires: now }),
      cookie('__proto__', '/', { value: 'new' }),
    ];
    expect(mergeJar(jar, fresh, now)).toEqual([
      cookie('a', '/', { value: 'new' }),
      cookie('a', '/x'),
      cookie('__proto__', '/', { value: 'new' }),
    ]);
  });

  it('lets the last of one answer win', () => {
    expect(mergeJar([], [cookie('a', '/', { value: '-del-' }), cookie('a')], now)).toEqual([cookie('a')]);
    expect(mergeJar([], [cookie('a'), cookie('a', '/', { expires: 0 })], now)).toEqual([]);
  });
});
