import { describe, expect, it } from 'vitest';
import { growth } from '../../test/support/effort.ts';
import { readCookieHeader } from './cookie-header.ts';
import { readSetCookie } from './set-cookie.ts';
import { trimSpace } from './trim-space.ts';

describe('spaces around names and values of cookies', () => {
  it.each([
    ['', ''],
    [' \t ', ''],
    ['a', 'a'],
    [' \ta b\t ', 'a b'],
    ['\u00a0a\u00a0', '\u00a0a\u00a0'],
    ['\ra\n', '\ra\n'],
  ])('%j is %j', (text, expected) => {
    expect(trimSpace(text)).toBe(expected);
  });

  it.each([
    ['a Cookie header, in a value', (run: string) => readCookieHeader(`a=x${run}b`)],
    ['a Cookie header, in a name', (run: string) => readCookieHeader(`a${run}b=x`)],
    ['a Set-Cookie line, in its value', (run: string) => readSetCookie(`a=x${run}b; Path=/`, '/', 0)],
    ['a Set-Cookie line, in an attribute', (run: string) => readSetCookie(`a=b; Pa${run}th=/${run}x`, '/', 0)],
  ])('%s cost no more than their length (CWE-1333)', (_name, read) => {
    for (const space of [' ', '\t']) expect(growth(size => read(space.repeat(size)))).toBeLessThan(24);
  });
});
