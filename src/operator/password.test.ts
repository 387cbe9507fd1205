import { describe, expect, it } from 'vitest';
import { systemRandom } from '../kernel/random.ts';
import { hashPassword, isPassword, passwordFault } from './password.ts';

describe('passwords of operators (D11)', () => {
  it('are kept as argon2id in the PHC format, each with a salt of its own', async () => {
    const [one, other] = [
      await hashPassword(systemRandom, 'fietsen op zondag'),
      await hashPassword(systemRandom, 'fietsen op zondag'),
    ];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await isPassword(one, 'fietsen op zondag')).toBe(true);
    expect(await isPassword(one, 'fietsen op Zondag')).toBe(false);
    expect(await isPassword(one, '')).toBe(false);
  });

  it('is one password, however a keyboard composes its letters', async () => {
    const hash = await hashPassword(systemRandom, 'café om de hoek');
    expect(await isPassword(hash, 'cafe\u0301 om de hoek')).toBe(true);
  });

  it('fails closed: no hash, a damaged one and one of another kind are right for nothing', async () => {
    const hash = await hashPassword(systemRandom, 'fietsen op zondag');
    for (const damaged of [undefined, '', hash.slice(0, -4), hash.replace('argon2id', 'argon2i'), `${hash}x`])
      expect(await isPassword(damaged, 'fietsen op zondag'), damaged).toBe(false);
  });

  it.each([
    ['elf tekens!', 'short'],
    ['aaaaaaaaaaaaaaaa', 'short'],
    ['x'.repeat(200) + 'abcdefg'.repeat(10), 'long'],
    ['devries-12345', 'name'],
    ['een zin die niemand raadt', undefined],
  ])('%s: %s', (password, fault) => {
    expect(passwordFault(password, 'devries@gemeente.nl')).toBe(fault);
  });
});
