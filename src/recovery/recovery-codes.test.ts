import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, source, withTotp } from '../../test/vectors/factor-bench.ts';
import { type Person, setUpTime } from '../factor/person.ts';

let bench: Bench;
let anna: Person;
let factor: string;
beforeEach(async () => {
  bench = await openBench();
  const bound = await withTotp(bench, 'anna');
  anna = bound.person;
  factor = bound.factor.id;
});

const use = (code = '', person: Pick<Person, 'id'> = anna) => bench.recovery.use({ person, code, source });

describe('R32 recovery codes', () => {
  test('a.23, a.24: ten that differ, each of 75 bits, kept as salted hashes only', async () => {
    const codes = await bench.recovery.make(anna, { factor, source });
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){2}$/);
    const kept = JSON.stringify(await bench.people.byId(anna.id));
    for (const code of codes) {
      expect(kept).not.toContain(code);
      expect(kept).not.toContain(code.replaceAll('-', ''));
      expect(JSON.stringify(bench.events)).not.toContain(code);
    }
  });

  test('each is used once, and says how many are left', async () => {
    const [first = '', second = ''] = await bench.recovery.make(anna, { factor, source });
    const permission = { by: 'recovery-code', at: bench.clock.time, upTo: 2 };
    expect(await use(first)).toEqual({ outcome: 'accepted', left: 9, permission });
    expect(await use(first)).toEqual({ outcome: 'wrong' });
    expect(await use(second.toLowerCase().replaceAll('-', ' '))).toMatchObject({ outcome: 'accepted', left: 8 });
    expect(bench.events.slice(-3).map(({ type }) => type)).toEqual([
      'recovery-code.used',
      'recovery-code.refused',
      'recovery-code.used',
    ]);
  });

  test('R36 open nothing for who has a key of level 4: only the desk helps, and not paper', async () => {
    const [code = ''] = await bench.recovery.make(anna, { factor, source });
    const credential = { id: 'k', publicKey: '', transports: [], backupEligible: false, counter: 0, aaguid: '' };
    const bound = { boundAt: 0, boundBy: 'activation-code', lastUsedAt: undefined } as const;
    const key = { kind: 'webauthn', level: 4, credential, id: 'key', label: 'FIDO', ...bound } as const;
    await bench.people.update(anna.id, person => ({ ...person, factors: [...person.factors, key] }));
    expect(await use(code)).toEqual({ outcome: 'wrong' });
    await bench.people.update(anna.id, person => ({ ...person, factors: person.factors.slice(0, 1) }));
    expect(await use(code)).toMatchObject({ outcome: 'accepted' });
  });

  test('R24, a.22: of 50 at once with one code, one is accepted', async () => {
    const [code] = await bench.recovery.make(anna, { factor, source });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => use(code)));
    expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect((await bench.people.byId(anna.id))?.recovery?.hashes).toHaveLength(9);
  });

  test('a.24: a new set voids the old; codes of others are worth nothing', async () => {
    const [old] = await bench.recovery.make(anna, { factor, source });
    await bench.recovery.make(anna, { factor, source });
    expect(await use(old)).toEqual({ outcome: 'wrong' });
    const bram = await withTotp(bench, 'bram');
    const [brams] = await bench.recovery.make(bram.person, { factor: bram.factor.id, source });
    expect(await use(brams)).toEqual({ outcome: 'wrong' });
  });

  test('rule 12: they are made right after the second step only', async () => {
    const refused = { code: 'enrolment.refused' };
    await expect(bench.recovery.make(anna, { factor: 'other', source })).rejects.toMatchObject(refused);
    const nobody = await bench.people.create('gemeente', 'carla');
    await expect(bench.recovery.make(nobody, { factor, source })).rejects.toMatchObject(refused);
    bench.clock.time += setUpTime;
    await expect(bench.recovery.make(anna, { factor, source })).rejects.toMatchObject(refused);
    expect((await bench.people.byId(anna.id))?.recovery).toBeUndefined();
  });

  test('R09 guesses wait, the codes live on', async () => {
    const [code] = await bench.recovery.make(anna, { factor, source });
    for (let index = 0; index < 4; index += 1) expect(await use('00000-00000-00000')).toEqual({ outcome: 'wrong' });
    expect(await use(code)).toEqual({ outcome: 'delayed', until: bench.clock.time + 5_000 });
    bench.clock.time += 5_000;
    expect(await use(code)).toMatchObject({ outcome: 'accepted' });
  });

  test('a thousand guesses while they wait leave one entry in the audit', async () => {
    for (let index = 0; index < 1_000; index += 1) await use('00000-00000-00000');
    const reasons = bench.events.flatMap(event => (event.type === 'recovery-code.refused' ? [event.reason] : []));
    expect(reasons).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'delayed']);
  });

  test('at most three sets in an hour for one factor; the last stays good', async () => {
    const sets: (readonly string[])[] = [];
    for (let index = 0; index < 3; index += 1) sets.push(await bench.recovery.make(anna, { factor, source }));
    const refused = { code: 'enrolment.refused' };
    await expect(bench.recovery.make(anna, { factor, source })).rejects.toMatchObject(refused);
    expect(bench.events.filter(({ type }) => type === 'recovery-codes.made')).toHaveLength(3);
    expect(await use(sets[2]?.[0])).toMatchObject({ outcome: 'accepted' });
  });

  test('a person without codes, and one who is not there', async () => {
    expect(await use('00000-00000-00000')).toEqual({ outcome: 'wrong' });
    expect(await use('00000-00000-00000', { id: 'nobody' })).toEqual({ outcome: 'wrong' });
  });
});
