import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, minute, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { deskCodeLifetime } from '../factor/desk-code/credential.ts';
import { deskCodeOf, passedWith } from '../factor/desk-code/standing.ts';
import type { Person } from '../factor/person.ts';
import { atApps, withoutSending } from '../factor/sent-code/usable.ts';
import { kindsOf } from '../factor/ways.ts';
import { closePerson } from './closing.ts';
import { endDeskCode, giveDeskCode } from './desk-code.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});

const giving = { by: 'hans@gemeente.test', reason: 'telefoon thuis', method: 'balie' };

async function given(name: string) {
  const { person } = await withTotp(bench, name);
  return { person, ...(await giveDeskCode(bench.deps, { person, ...giving })) };
}

const atApp = atApps(withoutSending);
const read = async (id: string) => bench.people.byId(id);
const typed = (person: Pick<Person, 'id' | 'realm' | 'name'>, answer: string, level = 2) =>
  bench.challenge.answer({
    ...{ person, kind: 'desk-code', level, usable: atApp, answer, challenge: 'c1', source, app: 'webmail' },
  });

describe('R39: a code of the desk for one day', () => {
  it('has 80 bits, opens several times that day as level 2, and each time is told', async () => {
    const { person, code, level } = await given('anna');
    expect([code, level]).toEqual([expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/), 2]);
    for (const spelled of [code, code.toLowerCase().replaceAll('-', ' ')])
      expect(await typed(person, spelled)).toMatchObject({ outcome: 'passed', level: 2 });
    const told = bench.events.filter(({ type }) => type.startsWith('desk-code.'));
    expect(told).toMatchObject([
      { type: 'desk-code.given', ...giving, person: person.id, level: 2, until: bench.clock.time + deskCodeLifetime },
      { type: 'desk-code.used', app: 'webmail', source },
      { type: 'desk-code.used' },
    ]);
    expect(JSON.stringify([bench.events, await read(person.id)])).not.toContain(code);
  });

  it('is over after a day to the millisecond, and gone from the record with the next change', async () => {
    const { person, code, until } = await given('anna');
    bench.clock.time = until - 1;
    expect(await typed(person, code)).toMatchObject({ outcome: 'passed' });
    bench.clock.time = until;
    expect(await typed(person, code)).toEqual({ outcome: 'wrong' });
    expect(kindsOf(await read(person.id), 2, atApp)).toEqual(['totp']);
    await bench.people.update(person.id, current => ({ ...current, language: 'nl' }));
    bench.clock.time -= minute;
    expect((await read(person.id))?.deskCode).toBeUndefined();
  });

  it('is one at a time: a new one ends the one before, and says which', async () => {
    const { person, code } = await given('anna');
    const before = (await read(person.id))?.deskCode?.id;
    const next = await giveDeskCode(bench.deps, { person, ...giving });
    expect(next.replaced?.id).toBe(before);
    expect(passedWith(await read(person.id), before ?? '')).toBeUndefined();
    expect(await typed(person, code)).toEqual({ outcome: 'wrong' });
    expect(await typed(person, next.code)).toMatchObject({ outcome: 'passed' });
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'desk-code.ended', because: 'replaced' }));
  });

  it('ends at the desk, with closing, and with a set-up that replaces; opening an account brings none back', async () => {
    const { person, code } = await given('anna');
    expect(await endDeskCode(bench.deps, { person, by: 'hans' })).toMatchObject({ kind: 'desk-code' });
    expect(await endDeskCode(bench.deps, { person, by: 'hans' })).toBeUndefined();
    expect(await typed(person, code)).toEqual({ outcome: 'wrong' });
    await giveDeskCode(bench.deps, { person, ...giving });
    await closePerson(bench.deps, { person, by: 'hans', reason: 'uit dienst' });
    expect((await read(person.id))?.deskCode).toBeUndefined();
    await expect(giveDeskCode(bench.deps, { person, ...giving })).rejects.toThrow('closed');
    const bram = await given('bram');
    const anew = { by: 'hans', replaces: true, reason: 'kwijt', validity: minute };
    await bench.activation.invite(realm, 'bram', anew);
    expect((await read(bram.person.id))?.deskCode).toBeUndefined();
  });

  it('is not for who has no second step: that takes an activation code', async () => {
    const person = await bench.people.create(realm, 'carla');
    await expect(giveDeskCode(bench.deps, { person, ...giving })).rejects.toThrow('no second step');
    expect((await read(person.id))?.deskCode).toBeUndefined();
  });

  it('is worth no more than what it stands in for, and nothing once that is gone', async () => {
    const { person } = await given('anna');
    const now = await read(person.id);
    if (now === undefined) throw new Error('no anna');
    const [totp] = now.factors;
    if (totp === undefined) throw new Error('no factor');
    expect(deskCodeOf({ ...now, factors: [{ ...totp, level: 1 }] })?.level).toBe(1);
    expect(deskCodeOf({ ...now, factors: [] })).toBeUndefined();
    expect(kindsOf(now, 2)).toEqual(['totp']);
    expect(kindsOf(now, 3, atApp)).toEqual([]);
  });
});
