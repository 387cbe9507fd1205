import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeAt } from '../../../test/vectors/code-at.ts';
import { openBench } from '../../../test/vectors/factor-bench.ts';
import { systemRandom } from '../../kernel/random.ts';
import { newSecret } from './credential.ts';
import { beginTotp } from './enrol.ts';
import { verifyTotp } from './verify.ts';

test('R24 no sequence of codes and clock movements, backwards too, has a step accepted twice or an older one after a newer', async () => {
  const move = fc.record({ shift: fc.integer({ min: -3, max: 3 }), offset: fc.integer({ min: -3, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
      const bench = await openBench();
      const factor = { id: 'f', credential: { secret: newSecret(systemRandom) } };
      let highest = Number.NEGATIVE_INFINITY;
      for (const { shift, offset } of moves) {
        bench.clock.time += shift * 30_000;
        const time = bench.clock.time + offset * 30_000;
        const verdict = await verifyTotp(bench.deps, {
          person: { id: 'p' },
          factor,
          answer: codeAt(factor.credential.secret, time),
        });
        const step = Math.floor(time / 30_000);
        const expected = Math.abs(offset) > 1 ? 'wrong' : step > highest ? 'accepted' : 'repeated';
        // Two steps share a code once in a million; a wrong guess of ours must not fail the run.
        if (verdict !== expected && collides(factor.credential.secret, bench.clock.time, time)) return;
        expect(verdict).toBe(expected);
        if (verdict === 'accepted') highest = step;
      }
      await bench.store.close();
    }),
    { numRuns: 60 },
  );
});

function collides(secret: string, now: number, time: number): boolean {
  const near = [-30_000, 0, 30_000].map(shift => now + shift).filter(other => other !== time);
  return near.some(other => codeAt(secret, other) === codeAt(secret, time));
}

test('R24 one code posted 50 times at once is accepted exactly once, 200 rounds with a new step each', async () => {
  const bench = await openBench();
  const secret = newSecret(systemRandom);
  const factor = { id: 'f', credential: { secret } };
  for (let round = 0; round < 200; round += 1) {
    bench.clock.time += 30_000;
    const code = codeAt(secret, bench.clock.time);
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, () => verifyTotp(bench.deps, { person: { id: 'p' }, factor, answer: code })),
    );
    expect(verdicts.filter(verdict => verdict === 'accepted')).toHaveLength(1);
    expect(verdicts.filter(verdict => verdict === 'repeated')).toHaveLength(49);
  }
  await bench.store.close();
});

test('the otpauth link names issuer and account, and a colon in either makes no second label', () => {
  const draft = beginTotp({ random: systemRandom }, { name: 'anna' }, 'Gemeente: Voorbeeld');
  const uri = new URL(draft.uri);
  expect(draft.secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(decodeURIComponent(uri.pathname)).toMatch(/Gemeente {2}Voorbeeld:anna$/);
  expect(uri.searchParams.get('issuer')).toBe('Gemeente  Voorbeeld');
  expect(uri.searchParams.get('secret')).toBe(draft.secret);
});
