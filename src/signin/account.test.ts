import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalForm } from './account.ts';

const rules = { characters: '[a-z0-9._-]', domains: ['gemeente.test', 'voorbeeld.test'] };

describe('R08 the normal form of an account name', () => {
  it.each(['anna', 'ANNA', ' Anna ', 'anna@gemeente.test', 'Anna@Gemeente.TEST', '  anna@voorbeeld.test '])(
    '%j is anna',
    name => {
      expect(normalForm(name, rules)).toBe('anna');
    },
  );

  it.each([
    '',
    ' ',
    '@gemeente.test',
    'an<b>na',
    'an na',
    'anna\0',
    'anna%00',
    'anna\n',
    '\tanna',
    '\u00a0anna',
    'anna\u200b',
    'ánna',
    'a\u0301nna',
    'ａｎｎａ',
    '\u212aees',
    'İnge',
    'anna@',
    'anna@evil.test',
    'anna@gemeente.test.evil.test',
    'anna@xgemeente.test',
    'anna@gemeente.test@voorbeeld.test',
    'anna @gemeente.test',
    'anna@ gemeente.test',
    'anna@gemeente.test.',
    'anna+tag',
    'anna/',
    'anna\ufffd',
    'anna\ud800',
    'a'.repeat(129),
  ])('%j has none', name => {
    expect(normalForm(name, rules)).toBeUndefined();
  });

  it('takes the alphabet that the app has, for the whole name', () => {
    expect(normalForm('a+b', { ...rules, characters: '[a-z+]' })).toBe('a+b');
    expect(normalForm('a1', { ...rules, characters: '[a-z+]' })).toBeUndefined();
    expect(normalForm('a'.repeat(128), rules)).toHaveLength(128);
  });

  it('knows no domain where none is listed', () => {
    expect(normalForm('anna@gemeente.test', { ...rules, domains: [] })).toBeUndefined();
  });

  it('is its own normal form, in the alphabet and nothing else', () => {
    const near = fc.constantFrom(
      'a',
      'A',
      'z',
      ' ',
      '@',
      'gemeente.test',
      '.',
      '-',
      '_',
      '0',
      'K',
      '\u212a',
      '\u017f',
      'é',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(near).map(parts => parts.join('')),
        ),
        name => {
          const form = normalForm(name, rules);
          if (form === undefined) return;
          expect(form).toMatch(/^[a-z0-9._-]{1,128}$/);
          expect(normalForm(form, rules)).toBe(form);
          expect(name.toLowerCase()).toContain(form);
          expect(name).not.toMatch(/[^\x20-\x7e]/);
        },
      ),
    );
  });
});
