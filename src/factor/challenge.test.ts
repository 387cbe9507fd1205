import { beforeEach, describe, expect, test } from 'vitest';
import { codeAt } from '../../test/vectors/code-at.ts';
import { type Bench, openBench, source, withTotp, wrongCode } from '../../test/vectors/factor-bench.ts';
import type { Person } from './person.ts';

const asked = { kind: 'totp', level: 2, challenge: 'c', app: 'mail', source } as const;
let bench: Bench;
let anna: Person;
let secret: string;
beforeEach(async () => {
  bench = await openBench();
  ({ person: anna, secret } = await withTotp(bench, 'anna'));
});

function answer(code: string, from: { person?: Person; browser?: string } = {}) {
  return bench.challenge.answer({ ...asked, person: anna, answer: code, ...from });
}

const now = () => codeAt(secret, bench.clock.time);

describe('R24 a code is accepted once', () => {
  test('50 answers with one code at once: one passes, and the others count as no failure', async () => {
    const code = now();
    // More than the free failures would be shut out if repeats counted.
    for (const size of [1, 3]) {
      const outcomes = await Promise.all(Array.from({ length: size }, () => answer(code)));
      expect(outcomes.filter(({ outcome }) => outcome === 'passed')).toHaveLength(size === 1 ? 1 : 0);
    }
    for (let index = 0; index < 20; index += 1) expect(await answer(code)).toEqual({ outcome: 'repeated' });
    bench.clock.time += 30_000;
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => answer(now())));
    expect(outcomes.filter(({ outcome }) => outcome === 'passed')).toHaveLength(1);
    bench.clock.time += 30_000;
    expect(await answer(now())).toMatchObject({ outcome: 'passed' });
  });

  test('a.3: the code of the step before is refused after a newer one', async () => {
    const older = codeAt(secret, bench.clock.time - 30_000);
    expect(await answer(now())).toMatchObject({ outcome: 'passed' });
    expect(await answer(older)).toEqual({ outcome: 'repeated' });
  });

  test('a clock set back does not open a used step again', async () => {
    const code = now();
    expect(await answer(code)).toMatchObject({ outcome: 'passed' });
    bench.clock.time -= 30_000;
    expect(await answer(code)).toEqual({ outcome: 'repeated' });
  });
});

test('R37: it passes at the factor level, notes the use and tells the audit, which never holds a code', async () => {
  const code = now();
  const factor = anna.factors[0]?.id ?? '';
  expect(await answer(code)).toEqual({ outcome: 'passed', factor, level: 2 });
  expect((await bench.people.byId(anna.id))?.factors[0]?.lastUsedAt).toBe(bench.clock.time);
  const passed = { type: 'challenge.passed', person: anna.id, name: 'anna', app: 'mail', factor, level: 2, source };
  expect(bench.events.at(-1)).toMatchObject(passed);
  await answer(code);
  expect(bench.events.at(-1)).toMatchObject({ type: 'challenge.failed', reason: 'used', factor });
  await answer(wrongCode(secret, bench.clock.time));
  expect(bench.events.at(-1)).toMatchObject({ type: 'challenge.failed', reason: 'wrong' });
  expect(JSON.stringify(bench.events)).not.toContain(code);
  expect(JSON.stringify(bench.events)).not.toContain(secret);
});

test('R09, SECURITY a.11: after the limit even the right code waits, but not in a known browser', async () => {
  for (let index = 0; index < 4; index += 1) {
    expect(await answer(wrongCode(secret, bench.clock.time))).toEqual({ outcome: 'wrong' });
  }
  expect(await answer(now())).toEqual({ outcome: 'delayed', until: bench.clock.time + 5_000 });
  expect(bench.events.at(-1)).toMatchObject({ type: 'challenge.failed', reason: 'delayed' });
  expect(await answer(now(), { browser: 'b' })).toMatchObject({ outcome: 'passed' });
});

test('a thousand answers in one closed stretch leave one entry in the audit, and the next stretch one more', async () => {
  const delayed = () => bench.events.filter(event => event.type === 'challenge.failed' && event.reason === 'delayed');
  for (let index = 0; index < 4; index += 1) await answer(wrongCode(secret, bench.clock.time));
  for (let index = 0; index < 1_000; index += 1) expect(await answer('000000')).toMatchObject({ outcome: 'delayed' });
  expect(delayed()).toHaveLength(1);
  bench.clock.time += 5_000;
  await answer(wrongCode(secret, bench.clock.time));
  for (let index = 0; index < 10; index += 1) await answer('000000');
  expect(delayed()).toHaveLength(2);
});

test('R07 the code of another person passes nobody else', async () => {
  const bram = await withTotp(bench, 'bram');
  expect(await answer(codeAt(bram.secret, bench.clock.time))).toEqual({ outcome: 'wrong' });
  expect(await answer(now(), { person: bram.person })).toEqual({ outcome: 'wrong' });
});

test('a factor that was removed since the caller read the person passes nothing', async () => {
  await bench.people.update(anna.id, person => ({ ...person, factors: [] }));
  expect(await answer(now())).toEqual({ outcome: 'wrong' });
});

test('a factor that is removed while its code is being verified passes nothing either', async () => {
  const [outcome] = await Promise.all([
    answer(now()),
    bench.people.update(anna.id, person => ({ ...person, factors: [] })),
  ]);
  expect(outcome).toEqual({ outcome: 'wrong' });
  expect((await bench.people.byId(anna.id))?.factors).toEqual([]);
});

test('SECURITY a.8: no row of the store shows a seed', async () => {
  const raw = await bench.store.get(`person:{${anna.id}}`);
  expect(raw?.value.length).toBeGreaterThan(100);
  expect(raw?.value).not.toContain(secret);
  expect(Buffer.from(raw?.value.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain(secret);
});
