import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandom } from './random.ts';
import { normaliseReadable, readableCode } from './readable-code.ts';

test('R38 an activation code has 80 bits: 16 characters, each of 32 alike', () => {
  const seen = new Map<string, number>();
  const codes = new Set<string>();
  for (let index = 0; index < 4_000; index += 1) {
    const code = readableCode(systemRandom, 16, 4);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    codes.add(code);
    for (const letter of code.replaceAll('-', '')) seen.set(letter, (seen.get(letter) ?? 0) + 1);
  }
  expect(codes.size).toBe(4_000);
  expect(seen.size).toBe(32);
  // 2,000 expected of each, standard deviation 44.
  expect(Math.min(...seen.values())).toBeGreaterThan(1_700);
  expect(Math.max(...seen.values())).toBeLessThan(2_300);
});

test('case, spaces, dashes and letters that look like digits are no mistakes', () => {
  const spelling = fc.constantFrom(
    (text: string) => text.toLowerCase(),
    (text: string) => text.replaceAll('-', ' '),
    (text: string) => text.replaceAll('-', ''),
    (text: string) => text.replaceAll('-', '\u2013'),
    (text: string) => text.replaceAll('0', 'O').replaceAll('1', 'l'),
    (text: string) => text.replaceAll('1', 'I'),
    (text: string) => `\t${text}\u00a0\r\n`,
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.array(spelling), (bytes, spellings) => {
      const code = readableCode({ bytes: () => Buffer.from(bytes) }, 16, 4);
      const typed = spellings.reduce((text, spell) => spell(text), code);
      expect(normaliseReadable(typed, 16)).toBe(code.replaceAll('-', ''));
    }),
  );
});

test('what cannot be a code is none', () => {
  for (const typed of ['', '0'.repeat(15), '0'.repeat(17), 'U'.repeat(16), `${'0'.repeat(15)}é`, '0'.repeat(9_999)]) {
    expect(normaliseReadable(typed, 16)).toBeUndefined();
  }
});
