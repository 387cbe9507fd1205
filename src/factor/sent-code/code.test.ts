import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBench } from '../../../test/vectors/factor-bench.ts';
import { systemRandom } from '../../kernel/random.ts';
import { codeLifetime, drawCode, mostTries, type SentFor, standingOf, takeCode } from './code.ts';

const sentFor: SentFor = { kind: 'sms', challenge: 'c', person: 'p', factor: 'f', address: '+31612345678' };

type Move =
  | { readonly do: 'send' | 'undo' | 'take' | 'old' | 'guess' | 'elsewhere' }
  | { readonly do: 'wait'; readonly by: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Move>({ do: 'send' }) },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Move>(
      ...(['undo', 'take', 'old', 'guess', 'elsewhere'] as const).map((one): Move => ({ do: one })),
    ),
  },
  { weight: 2, arbitrary: fc.integer({ min: -60_000, max: codeLifetime }).map((by): Move => ({ do: 'wait', by })) },
);

describe('one code for one challenge', () => {
  it('R24 a.16 a.17: whatever is sent, taken back, guessed and waited for: one is accepted once, in its time, the newest only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
        const bench = await openBench();
        /** What a reader of the design expects, kept apart from how it is stored. */
        const known = { good: undefined as { code: string; until: number; used: boolean } | undefined, tries: 0 };
        const old: string[] = [];
        let before = known.good;
        let undo: () => Promise<void> = () => Promise.resolve();
        for (const one of moves) {
          const now = bench.clock.time;
          const open = known.good !== undefined && now <= known.good.until && known.tries < mostTries;
          if (one.do === 'wait') bench.clock.time += one.by;
          if (one.do === 'send') {
            const drawn = await drawCode(bench.deps, sentFor);
            if (known.good !== undefined) old.push(known.good.code);
            before = known.good;
            known.good = { code: drawn.code, until: now + codeLifetime, used: false };
            undo = drawn.undo;
          }
          if (one.do === 'undo') {
            await undo();
            if (known.good !== before) known.good = before;
          }
          if (one.do === 'take' && known.good !== undefined) {
            const verdict = await takeCode(bench.deps, sentFor, known.good.code);
            expect(verdict).toBe(open ? (known.good.used ? 'repeated' : 'accepted') : 'wrong');
            if (verdict === 'accepted') known.good = { ...known.good, used: true };
          }
          const guess = one.do === 'old' ? old.at(-1) : one.do === 'guess' ? 'x' : undefined;
          if (guess !== undefined && guess !== known.good?.code) {
            expect(await takeCode(bench.deps, sentFor, guess)).toBe('wrong');
            if (open && known.good?.used === false) known.tries += 1;
          }
          if (one.do === 'elsewhere' && known.good !== undefined) {
            for (const other of [
              { person: 'q' },
              { address: '+31687654321' },
              { challenge: 'd' },
              { factor: 'g' },
              { kind: 'email' as const },
            ]) {
              expect(await takeCode(bench.deps, { ...sentFor, ...other }, known.good.code)).toBe('wrong');
              if (open && !known.good.used && !('challenge' in other || 'factor' in other || 'kind' in other))
                known.tries += 1;
            }
          }
        }
        const { state } = await standingOf(bench.deps, sentFor);
        expect(state === 'spent').toBe(known.tries >= mostTries);
        await bench.store.close();
      }),
      { numRuns: 150 },
    );
  });

  it('a.9: has six digits, leading zeros too, each as likely as the other', async () => {
    const bench = await openBench();
    const codes = [];
    for (let count = 0; count < 2_000; count += 1) {
      codes.push((await drawCode(bench.deps, { ...sentFor, challenge: `c${count}` })).code);
    }
    expect(codes.every(code => /^[0-9]{6}$/.test(code))).toBe(true);
    // 200 are expected with each first digit; 120 or 280 would be six deviations away.
    for (const digit of '0123456789') {
      const count = codes.filter(code => code.startsWith(digit)).length;
      expect(count).toBeGreaterThan(120);
      expect(count).toBeLessThan(280);
    }
    await bench.store.close();
  });

  it('draws again where the remainder would favour some codes', async () => {
    const bench = await openBench();
    const drawn = [0xffffffff, 4_294_000_000, 42];
    const random = {
      bytes: (length: number) => {
        const next = length === 4 ? drawn.shift() : undefined;
        if (next === undefined) return systemRandom.bytes(length);
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(next);
        return bytes;
      },
    };
    expect((await drawCode({ ...bench.deps, random }, sentFor)).code).toBe('000042');
    await bench.store.close();
  });
});
