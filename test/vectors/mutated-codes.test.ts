import fc from 'fast-check';
import { ScureBase32Plugin } from 'otplib';
import { describe, expect, test } from 'vitest';
import type { HardwareTokenCredential } from '../../src/factor/hardware-token/credential.ts';
import { lookAhead, verifyHardwareToken } from '../../src/factor/hardware-token/verify.ts';
import { verifyTotp } from '../../src/factor/totp/verify.ts';
import { codeAt } from './code-at.ts';
import { openBench } from './factor-bench.ts';

const seed = Buffer.from('12345678901234567890');
const encode = (bytes: Uint8Array) => new ScureBase32Plugin().encode(bytes);
const secret = encode(seed);
const step = 30_000;

/** RFC 6238 appendix B (seconds, the last six of its digits) and RFC 4226 appendix D (counts 0 to 9). */
const times = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;
const counts = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];

/** One digit changed, two neighbours swapped, one left out, or one too many. */
const mutation = fc
  .record({ way: fc.constantFrom('change', 'swap', 'cut', 'add'), at: fc.nat(5), by: fc.integer({ min: 1, max: 9 }) })
  .map(({ way, at, by }) => (code: string) => {
    const digits = [...code];
    if (way === 'change') digits[at] = String((Number(digits[at]) + by) % 10);
    if (way === 'swap')
      digits.splice(Math.min(at, 4), 2, digits[Math.min(at, 4) + 1] ?? '', digits[Math.min(at, 4)] ?? '');
    if (way === 'cut') digits.splice(at, 1);
    if (way === 'add') digits.splice(at, 0, String(by));
    return digits.join('');
  });

/** The codes that do open around there, by the test's own arithmetic. */
const codesAround = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_none, i) => codeAt(secret, (from + i) * step));

describe('R24, a.4: a mutated copy of an example of the standards is refused', () => {
  test('RFC 6238: the code, in any digit; or the seed, in any bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...times), mutation, fc.nat(159), async ([seconds, code], mutate, bit) => {
        const bench = await openBench();
        bench.clock.time = seconds * 1000;
        const at = Math.floor((seconds * 1000) / step);
        const typed = mutate(code);
        const verify = (answer: string, from = secret) =>
          verifyTotp(bench.deps, { person: { id: 'p' }, factor: { id: 'f', credential: { secret: from } }, answer });
        if (!codesAround(at - 1, at + 1).includes(typed)) expect(await verify(typed)).toBe('wrong');
        const other = Buffer.from(seed);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(await verify(code, encode(other))).toBe('wrong');
        expect(await verify(code)).toBe('accepted');
        await bench.store.close();
      }),
      { numRuns: 150 },
    );
  });

  test('RFC 4226: the code, in any digit; or the count, by more than idle presses', async () => {
    const token = (counter: number): HardwareTokenCredential => ({
      serial: 'H-1',
      secret,
      algorithm: 'sha1',
      digits: 6,
      period: undefined,
      counter,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(9), mutation, async (count, mutate) => {
        const bench = await openBench();
        const code = counts[count] ?? '';
        const verify = (answer: string, counter = count) =>
          verifyHardwareToken(bench.deps, { factor: { credential: token(counter) }, answer });
        const typed = mutate(code);
        if (!codesAround(count, count + lookAhead).includes(typed)) expect(await verify(typed)).toBe('wrong');
        // One press behind is known as used, and is no more taken for that.
        expect(await verify(code, count + 1)).not.toBe('accepted');
        expect(await verify(code, count + 40)).not.toBe('accepted');
        expect(await verify(code)).toBe('accepted');
        await bench.store.close();
      }),
      { numRuns: 150 },
    );
  });
});
