import { describe, expect, test } from 'vitest';
import { openBench, realm } from '../../test/vectors/factor-bench.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { People } from './people.ts';
import type { Person } from './person.ts';

test('R07 of 100 that make the same person at once, one person comes out', async () => {
  const bench = await openBench();
  const made = await Promise.all(Array.from({ length: 100 }, () => bench.people.create(realm, 'anna')));
  expect(new Set(made.map(person => person.id)).size).toBe(1);
  expect(await bench.people.byName(realm, 'anna')).toEqual(await bench.people.byId(made[0]?.id ?? ''));
  expect(await bench.people.list(realm)).toHaveLength(1);
});

test('realms and names do not run into each other', async () => {
  const { people } = await openBench();
  const ids = await Promise.all(
    [
      ['a', 'b,c'],
      ['a,b', 'c'],
      ['a\nb', 'c'],
      ['a', 'b\nc'],
      ['a","b', 'c'],
    ].map(async ([where = '', name = '']) => (await people.create(where, name)).id),
  );
  expect(new Set(ids).size).toBe(5);
});

test('50 changes at once are all kept', async () => {
  const { people } = await openBench();
  const { id } = await people.create(realm, 'anna');
  await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      people.update(id, person => ({ ...person, setUps: [...person.setUps, { by: 'activation-code', at, upTo: 2 }] })),
    ),
  );
  expect((await people.byId(id))?.setUps.map(({ at }) => at).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, at) => at),
  );
});

test('a change to the copy in hand keeps what another instance wrote since, and is asked anew where that says no', async () => {
  const { people, deps } = await openBench();
  const elsewhere = new People(deps);
  const copy = await people.create(realm, 'anna');
  const noted = (at: number) => (person: Person) => ({
    ...person,
    setUps: [...person.setUps, { by: 'activation-code', at, upTo: 2 } as const],
  });
  await elsewhere.update(copy.id, noted(1));
  await people.update(copy, noted(2));
  expect((await people.byId(copy.id))?.setUps.map(({ at }) => at)).toEqual([1, 2]);
  const second = (person: Person) => (person.setUps.length > 1 ? noted(3)(person) : undefined);
  expect((await people.update(copy, second))?.setUps).toHaveLength(3);
  await people.remove(copy.id);
  expect(await people.update(copy, noted(4))).toBeUndefined();
});

test('R39 a name leads to who has it now, whoever it led to when it was last asked here', async () => {
  const { people, deps } = await openBench();
  const elsewhere = new People(deps);
  const first = await elsewhere.create(realm, 'anna');
  expect((await people.byName(realm, 'anna'))?.id).toBe(first.id);
  await elsewhere.rename(first.id, 'anna-de-vries');
  expect(await people.byName(realm, 'anna')).toBeUndefined();
  const next = await elsewhere.create(realm, 'anna');
  expect((await people.byName(realm, 'anna'))?.id).toBe(next.id);
  await elsewhere.remove(next.id);
  expect(await people.byName(realm, 'anna')).toBeUndefined();
});

test('people are listed by name, page after page', async () => {
  const { people } = await openBench();
  for (const name of ['dirk', 'anna', 'carla', 'bram']) await people.create(realm, name);
  expect((await people.list(realm, { limit: 3 })).map(({ name }) => name)).toEqual(['anna', 'bram', 'carla']);
  expect((await people.list(realm, { after: 'carla', limit: 3 })).map(({ name }) => name)).toEqual(['dirk']);
});

test('under another key a person is an error, never somebody new who may enrol afresh', async () => {
  const bench = await openBench();
  await bench.people.create(realm, 'anna');
  const ring = new KeyRing([{ id: 'k2', secret: Buffer.alloc(32, 8) }], systemRandom);
  const others = new People({ ...bench.deps, ring });
  await expect(others.byName(realm, 'anna')).rejects.toMatchObject({ code: 'data.wrong-key' });
  await expect(others.create(realm, 'anna')).rejects.toMatchObject({ code: 'data.wrong-key' });
});

describe('R33 a person is found by her mail address', () => {
  const names = (people: readonly { name: string }[]) => people.map(({ name }) => name).sort();

  test('however it is spelled, in her own realm, and by no address that she had before', async () => {
    const { people } = await openBench();
    const [anna, bram] = [await people.create(realm, 'anna'), await people.create(realm, 'bram')];
    await people.setEmail(anna.id, 'Anna@gemeente.nl');
    expect(names(await people.byEmail(realm, 'anna@GEMEENTE.nl'))).toEqual(['anna']);
    expect(await people.byEmail('elders', 'anna@gemeente.nl')).toEqual([]);
    await people.setEmail(bram.id, 'anna@gemeente.nl');
    expect(names(await people.byEmail(realm, 'anna@gemeente.nl'))).toEqual(['anna', 'bram']);
    await people.setEmail(anna.id, 'a@gemeente.nl');
    expect(names(await people.byEmail(realm, 'anna@gemeente.nl'))).toEqual(['bram']);
    await people.setEmail(bram.id, undefined);
    expect(await people.byEmail(realm, 'anna@gemeente.nl')).toEqual([]);
    expect(await people.setEmail('nobody', 'x@gemeente.nl')).toBeUndefined();
  });

  test('also after many changes at once: whatever stands in the record leads to her', async () => {
    const { people } = await openBench();
    const { id } = await people.create(realm, 'anna');
    const addresses = ['a@gemeente.nl', 'b@gemeente.nl', undefined];
    await Promise.all(Array.from({ length: 60 }, (_, at) => people.setEmail(id, addresses[at % 3])));
    await people.setEmail(id, 'a@gemeente.nl');
    await Promise.all(Array.from({ length: 40 }, (_, at) => people.setEmail(id, addresses[at % 2])));
    const email = (await people.byId(id))?.email ?? '';
    expect(names(await people.byEmail(realm, email))).toEqual(['anna']);
    const other = email === addresses[0] ? 'b@gemeente.nl' : 'a@gemeente.nl';
    expect(await people.byEmail(realm, other)).toEqual([]);
  });
});

test('R39, R61: who was renamed and is removed leaves no name behind that leads nowhere: it is free for somebody else', async () => {
  const { people } = await openBench();
  const { id } = await people.create(realm, 'anna');
  await people.rename(id, 'anna-de-vries');
  await people.rename(id, 'anna-bakker');
  const other = await people.create(realm, 'anna-de-vries');
  expect(await people.remove(id)).toBe(true);
  expect(await people.byName(realm, 'anna')).toBeUndefined();
  expect((await people.create(realm, 'anna')).id).not.toBe(id);
  expect((await people.byName(realm, 'anna-de-vries'))?.id).toBe(other.id);
});
