import { describe, expect, it } from 'vitest';
import { codeAt } from '../../test/vectors/code-at.ts';
import { openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import { closePerson, enrolAgain, openPerson } from './closing.ts';

const why = { by: 'eva@gemeente.test', reason: 'uit dienst' };

describe('R39: a closed account', () => {
  it('opens nothing with what it had, and cannot be given anything', async () => {
    const bench = await openBench();
    const { person, secret } = await withTotp(bench, 'anna');
    await closePerson(bench.deps, { person, ...why });
    const answer = codeAt(secret, bench.clock.time);
    const asked = { person, kind: 'totp', level: 2, answer, challenge: 'c', source, app: 'post' } as const;
    expect((await bench.challenge.answer(asked)).outcome).toBe('wrong');
    const invitation = { by: 'x', replaces: true, reason: 'omdat', validity: 60_000 };
    await expect(bench.activation.invite(realm, 'anna', invitation)).rejects.toMatchObject({
      code: 'enrolment.refused',
    });
    expect((await bench.people.byName(realm, 'anna'))?.factors).toEqual([]);
  });

  it('is opened again as it was, and closed once', async () => {
    const bench = await openBench();
    const { person, secret } = await withTotp(bench, 'anna');
    const closed = await Promise.all([1, 2].map(() => closePerson(bench.deps, { person, ...why })));
    expect(closed.filter(one => one !== undefined)).toHaveLength(1);
    await openPerson(bench.deps, { person, ...why });
    const answer = codeAt(secret, bench.clock.time);
    const asked = { person, kind: 'totp', level: 2, answer, challenge: 'c', source, app: 'post' } as const;
    expect((await bench.challenge.answer(asked)).outcome).toBe('passed');
    expect(bench.events.filter(({ type }) => type.startsWith('person.')).map(({ type }) => type)).toEqual([
      'person.invited',
      'person.closed',
      'person.opened',
    ]);
  });
});

describe('R35: setting up again', () => {
  it('takes all factors and recovery codes, and nobody sets up by herself afterwards', async () => {
    const bench = await openBench();
    const { person } = await withTotp(bench, 'anna');
    const tokens = new HardwareTokens(bench.deps);
    const left = await enrolAgain({ ...bench.deps, tokens }, { person, ...why });
    expect(left).toMatchObject({ factors: [], everBound: true });
    expect(await enrolAgain({ ...bench.deps, tokens }, { person, ...why })).toBeUndefined();
    expect(bench.events.at(-1)).toMatchObject({ type: 'factor.removed', because: 'reset', source: why.by });
  });
});
