import { ScureBase32Plugin } from 'otplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyTotp } from '../../src/factor/totp/verify.ts';
import { type Bench, openBench } from './factor-bench.ts';

// RFC 6238 appendix B, SHA-1 rows: seconds since the epoch and the eight digits, of which six are the last six.
const vectors = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const;
const secret = new ScureBase32Plugin().encode(Buffer.from('12345678901234567890'));
const person = { id: 'vector' };
const factor = { id: 'f', credential: { secret } };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.store.close());

describe('R24, a.4: RFC 6238 appendix B through our own verification', () => {
  for (const [seconds, digits] of vectors) {
    const code = digits.slice(2);

    test(`the code at ${seconds} is accepted once`, async () => {
      bench.clock.time = seconds * 1000;
      expect(await verifyTotp(bench.deps, { person, factor, answer: code })).toBe('accepted');
      expect(await verifyTotp(bench.deps, { person, factor, answer: code })).toBe('repeated');
    });

    test.each([-1, 1])(`the code at ${seconds} is accepted %i step away`, async steps => {
      bench.clock.time = (seconds + steps * 30) * 1000;
      expect(await verifyTotp(bench.deps, { person, factor, answer: code })).toBe('accepted');
    });

    test.each([-2, 2])(`the code at ${seconds} is refused %i steps away`, async steps => {
      bench.clock.time = (seconds + steps * 30) * 1000;
      expect(await verifyTotp(bench.deps, { person, factor, answer: code })).toBe('wrong');
    });
  }

  test('spaces are no mistake, all else is wrong and throws nothing', async () => {
    bench.clock.time = 59_000;
    for (const typed of ['', '28708', '2870820', '28708a', '94287082', '२८७०८२', '-287082.', '2'.repeat(5_000)]) {
      expect(await verifyTotp(bench.deps, { person, factor, answer: typed })).toBe('wrong');
    }
    expect(await verifyTotp(bench.deps, { person, factor, answer: ' 287 082\u00a0' })).toBe('accepted');
  });

  test('a.7: a seed shorter than 128 bits verifies nothing', async () => {
    bench.clock.time = 59_000;
    const short = { id: 's', credential: { secret: 'JBSWY3DPEHPK3PXP' } };
    expect(await verifyTotp(bench.deps, { person, factor: short, answer: '996554' })).toBe('wrong');
  });
});
