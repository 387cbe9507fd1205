import { describe, expect, it } from 'vitest';
import { codeAt } from '../../test/vectors/code-at.ts';
import { type Bench, minute, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { claimMailbox } from '../factor/email/enrol.ts';
import { HardwareTokens } from '../factor/hardware-token/tokens.ts';
import type { Factor, Person } from '../factor/person.ts';
import { claimNumber } from '../factor/sms/enrol.ts';
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

describe('R07: what codes go to, while an account is closed', () => {
  const number = '+31612345678';
  const address = 'anna@elders.example';
  const sent = (id: string): readonly Factor[] =>
    [
      { kind: 'sms', credential: { number } },
      { kind: 'email', credential: { address } },
    ].map((part, at) => ({
      ...(part as Pick<Factor<'sms'>, 'kind' | 'credential'>),
      id: `${id}-${at}`,
      level: 1,
      label: '',
      boundAt: 0,
      boundBy: 'activation-code',
      lastUsedAt: undefined,
    }));

  async function closedWith(bench: Bench): Promise<Person> {
    const { person } = await withTotp(bench, 'anna');
    await claimNumber(bench.deps, { number, person });
    await claimMailbox(bench.deps, { address, person });
    await bench.people.update(person.id, now => ({ ...now, factors: [...now.factors, ...sent('a')] }));
    await closePerson(bench.deps, { person, ...why });
    bench.clock.time += 60 * minute;
    return person;
  }

  it('may go to somebody else, and does not come back then', async () => {
    const bench = await openBench();
    const person = await closedWith(bench);
    const { person: bert } = await withTotp(bench, 'bert');
    expect(await claimNumber(bench.deps, { number, person: bert })).toBe('accepted');
    await bench.people.update(bert.id, now => ({ ...now, factors: [...now.factors, ...sent('b').slice(0, 1)] }));
    bench.clock.time += 60 * minute;
    const opened = await openPerson(bench.deps, { person, ...why });
    expect(opened?.factors.map(({ kind }) => kind)).toEqual(['totp', 'email']);
    expect(bench.events.at(-1)).toMatchObject({ type: 'factor.removed', kind: 'sms', factor: 'a-0', source: why.by });
  });

  it('comes back where nobody took it, and is nobody else’s from then on', async () => {
    const bench = await openBench();
    const person = await closedWith(bench);
    const opened = await openPerson(bench.deps, { person, ...why });
    expect(opened?.factors.map(({ kind }) => kind)).toEqual(['totp', 'sms', 'email']);
    bench.clock.time += 60 * minute;
    const { person: bert } = await withTotp(bench, 'bert');
    expect(await claimNumber(bench.deps, { number, person: bert })).toBe('wrong');
    expect(await claimMailbox(bench.deps, { address: `Anna+x@elders.example`, person: bert })).toBe('wrong');
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
