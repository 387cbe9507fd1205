import type { Random } from './random.ts';

// Crockford's base32: no I, L, O (read as digits) and no U.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code that people copy from paper: 5 bits a character, in groups joined by dashes. */
export function readableCode(random: Random, characters: number, group: number): string {
  // 256 is a multiple of 32: no character is likelier than another.
  const code = [...random.bytes(characters)].map(byte => alphabet[byte % 32]).join('');
  return code.match(new RegExp(`.{1,${group}}`, 'g'))?.join('-') ?? code;
}

/** What was typed in the one spelling that is compared; undefined where it cannot be a code of that many characters. */
export function normaliseReadable(typed: string, characters: number): string | undefined {
  if (typed.length > 200) return undefined;
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\u00ad\u200b\u2010-\u2015\u2060._-]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return code.length === characters && /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined;
}
