import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onlyValue, readCookieHeader } from './cookie-header.ts';

const session = '__Host-sluis';
const value = (header: string) => onlyValue(readCookieHeader(header), session);
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('a Cookie header', () => {
  it.each([
    [`${session}=x`, 'x'],
    [`a=b; ${session}=x; c=d`, 'x'],
    [`a=b;${session}=x`, 'x'],
    [`a=b; \t ${session} \t = \t x \t `, 'x'],
    [`${session}=x=y=`, 'x=y='],
    [`${session}=`, ''],
    [`${session}="x"`, '"x"'],
    [`; ; ${session}=x;`, 'x'],
  ])('%j has it', (header, expected) => {
    expect(value(header)).toBe(expected);
  });

  // PortSwigger, "Cookie Chaos": what other parsers trim, split or unquote into a __Host- name.
  it.each([
    ['U+2000 in front, as its UTF-8 bytes', latin1(`\u2000${session}=evil`)],
    ['U+2000 behind', latin1(`${session}\u2000=evil`)],
    ['U+0085', `\x85${session}=evil`],
    ['U+00A0', `\xa0${session}=evil`],
    ['U+FEFF', latin1(`\ufeff${session}=evil`)],
    ['a vertical tab', `\x0b${session}=evil`],
    ['a form feed', `\x0c${session}=evil`],
    ['a NUL', `\0${session}=evil`],
    ['$Version', `$Version=1,${session}=evil`],
    ['$Version and a comma', `$Version=1; a=b, ${session}=evil`],
    ['a comma', `a=b,${session}=evil`],
    ['a quoted value', `a="b; ${session}"=evil`],
    ['a quoted name', `"${session}"=evil`],
    ['no name', `=${session}=evil`],
    ['no name after a space', `a=b; =${session}=evil`],
    ['no equals sign', `a=b; ${session}`],
    ['other letters', '__host-sluis=evil'],
    ['a prefix', `x${session}=evil`],
    ['an escape', '__Host%2dsluis=evil'],
    ['__proto__', `__proto__=${session}`],
  ])('rule 2 does not have it with %s', (_title, header) => {
    expect(value(header)).toBeUndefined();
  });

  it.each([
    ['twice', `${session}=x; ${session}=evil`],
    ['twice alike', `${session}=x; ${session}=x`],
    ['once in quotes across a semicolon', `a="; ${session}=evil; b="; ${session}=x`],
    ['once with other spaces', `${session}=x; ${session} =evil`],
  ])('rule 2 counts none where it comes %s', (_title, header) => {
    expect(value(header)).toBeUndefined();
  });

  it('keeps all values in their order', () => {
    expect(readCookieHeader('a=1; b=2; a=3')).toEqual(
      new Map([
        ['a', ['1', '3']],
        ['b', ['2']],
      ]),
    );
  });

  it('is empty where there is none, or more than 200 pairs', () => {
    expect(readCookieHeader(undefined).size).toBe(0);
    const pairs = (count: number) => Array.from({ length: count }, (_none, n) => `c${n}=v`).join('; ');
    expect(readCookieHeader(pairs(200)).size).toBe(200);
    expect(readCookieHeader(pairs(201)).size).toBe(0);
  });

  it('never throws, and gives no value that was not a part of its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(session, '=', ';', ' ', '"', ',', 'x', '\u00a0', '$Version'), { maxLength: 12 }),
        parts => {
          const header = parts.join('');
          const honest = header.split(';').filter(part => new RegExp(`^[ \\t]*${session}[ \\t]*=`).test(part));
          expect(value(header) !== undefined).toBe(honest.length === 1);
        },
      ),
    );
  });
});
