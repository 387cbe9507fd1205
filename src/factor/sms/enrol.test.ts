import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskedNumber } from './credential.ts';
import { readNumber } from './number.ts';

const all = { prefixes: ['+31', '+32'] };

it('whatever is typed, what comes out is a number in E.164 of an allowed country, and a Dutch one is mobile', () => {
  const pieces = fc.constantFrom(
    '0',
    '00',
    '+',
    '31',
    '32',
    '6',
    '06',
    '12345678',
    '1234',
    ' ',
    '-',
    '\r\n',
    '٣',
    '６',
    ',',
    '"',
    'ext',
  );
  const typed = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(pieces, { maxLength: 8 }).map(parts => parts.join('')),
  );
  fc.assert(
    fc.property(typed, text => {
      const read = readNumber(text, all);
      if (!('number' in read)) return;
      expect(read.number).toMatch(/^\+(?:316[1-9][0-9]{7}|32[0-9]{6,13})$/);
      // Written out it is the same number again.
      expect(readNumber(read.number, all)).toEqual(read);
      expect(maskedNumber(read.number)).not.toContain(read.number.slice(4, -2));
    }),
    { numRuns: 2_000 },
  );
});

it('every way to write a Dutch mobile number leads to the same one', () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{7}$/);
  const begin = fc.constantFrom('06', '+316', '00316', '+31 6', '+31 (0)6', '0031-6', '06 - ');
  fc.assert(
    fc.property(begin, digits, fc.constantFrom('', ' ', '-', '.', '\u00a0', '\u2011'), (how, rest, between) => {
      const typed = how + [...rest].join(between);
      expect(readNumber(typed, all)).toEqual({ number: `+316${rest}` });
    }),
  );
});
