import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/sluis.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { People } from './people.ts';
import { PeopleIndex, type State, stateOf } from './people-index.ts';
import type { PeopleQuery } from './people-list.ts';
import type { Factor, Person } from './person.ts';

const realm = 'gemeente';

async function bench() {
  const clock = new TestClock();
  const store = await SqliteStore.open({ path: ':memory:', clock });
  const ring = new KeyRing([{ id: 'k1', secret: Buffer.alloc(32, 1) }], systemRandom);
  return { clock, store, people: new People({ store, ring, clock, random: systemRandom }) };
}

const factor: Factor = {
  id: 'f1',
  kind: 'totp',
  level: 2,
  label: 'app',
  boundAt: 1,
  boundBy: 'desk',
  lastUsedAt: undefined,
  credential: { secret: 'JBSWY3DPEHPK3PXP' },
};
const activation = { hash: 'h', until: 1, by: 'x', upTo: 2, replaces: false, issuedAt: 1 } as const;
const changes: Readonly<Record<State, (person: Person) => Person>> = {
  none: person => ({ ...person, factors: [], activation: undefined, closed: undefined }),
  invited: person => ({ ...person, factors: [], activation, closed: undefined }),
  enrolled: person => ({ ...person, factors: [factor], closed: undefined }),
  closed: person => ({
    ...person,
    factors: [],
    closed: { at: 1, by: 'eva', reason: 'weg', factors: person.factors, recovery: undefined },
  }),
};

async function put(people: People, name: string, state: State = 'none'): Promise<Person> {
  const { id } = await people.create(realm, name);
  return (await people.update(id, changes[state])) as Person;
}

/** All pages of a list, as one. */
async function all(people: People, query: Omit<PeopleQuery, 'realm' | 'limit'>, limit = 3): Promise<string[]> {
  const names: string[] = [];
  for (let from: string | undefined; ; ) {
    const page = await people.page({ ...query, realm, limit, from });
    names.push(...page.people.map(({ name }) => name));
    if (page.next === undefined) return names;
    from = page.next;
  }
}

describe('lists of people', () => {
  it('are paged by name and by first day, both ways', async () => {
    const { people, clock } = await bench();
    const names = ['mo', 'anna', 'zoe', 'bram', 'j.de-vries', 'eva', 'fatima'];
    for (const name of names) {
      await put(people, name);
      clock.advance(1000);
    }
    expect(await all(people, {})).toEqual(names.toSorted());
    expect(await all(people, { descending: true })).toEqual(names.toSorted().toReversed());
    expect(await all(people, { sort: 'since' })).toEqual(names);
    expect(await all(people, { sort: 'since', descending: true })).toEqual(names.toReversed());
  });

  it('are searched by the beginning of any word of a name or an address', async () => {
    const { people } = await bench();
    for (const name of ['anna', 'annabel', 'j.de-vries', 'bram.anker', 'zoe']) await put(people, name);
    await people.setEmail((await put(people, 'mo')).id, 'Mohamed.Ankara@gemeente.test');
    expect(await all(people, { search: 'an' })).toEqual(['mo', 'bram.anker', 'anna', 'annabel']);
    expect(await all(people, { search: ' VRIES ' })).toEqual(['j.de-vries']);
    expect(await all(people, { search: 'de-v' })).toEqual(['j.de-vries']);
    expect(await all(people, { search: 'nna' })).toEqual([]);
    expect(await all(people, { search: '\u{10ffff}' })).toEqual([]);
    expect(await all(people, { search: 'x'.repeat(10_000) })).toEqual([]);
  });

  it('are narrowed to a state, which everybody leaves and enters with her record', async () => {
    const { people } = await bench();
    for (const [index, state] of (['none', 'invited', 'enrolled', 'closed', 'enrolled'] as const).entries())
      await put(people, `p${index}`, state);
    expect(await all(people, { state: 'enrolled' })).toEqual(['p2', 'p4']);
    expect(await all(people, { state: 'closed' })).toEqual(['p3']);
    expect(await all(people, { search: 'p', state: 'invited' })).toEqual(['p1']);
    const { id } = (await people.byName(realm, 'p2')) as Person;
    await people.update(id, changes.closed);
    expect(await all(people, { state: 'enrolled' })).toEqual(['p4']);
    expect(await all(people, { state: 'closed' })).toEqual(['p2', 'p3']);
    expect(await people.countOf(realm, 'name:closed')).toBe(2);
    expect(
      await people.reachOf(realm).at({ level: 2, app: 'post', rules: { sms: undefined, email: undefined } }),
    ).toEqual({ reach: 1, short: 4 });
  });

  it('find in a state that few have what looking through everybody finds, page by page', async () => {
    const { people } = await bench();
    const names = ['an.a', 'an.b', 'bo.an', 'c.an-an', 'an', 'dan', 'e.an', 'f'];
    for (const [index, name] of names.entries()) await put(people, name, index % 2 === 0 ? 'closed' : 'enrolled');
    await people.setEmail((await put(people, 'g', 'closed')).id, 'an.nog@gemeente.test');
    for (const state of ['closed', 'enrolled', 'invited'] as const)
      for (const search of ['an', 'an-', 'a', 'f', 'x', 'AN.B'])
        for (const limit of [1, 2, 50]) {
          const everybody = await people.list(realm, { limit: 100 });
          const begin = search.toLowerCase();
          const expected = everybody
            .filter(person => stateOf(person) === state)
            .filter(({ name, email = '' }) => [name, email].some(text => startsIn(text, begin)))
            .map(({ name }) => name);
          // Who has the word twice may stand on two pages, as in any search.
          expect([...new Set(await all(people, { search, state }, limit))].toSorted()).toEqual(expected.toSorted());
        }
  });

  it('take in who was there before there were lists, ten at a time, beside new ones', async () => {
    const { people, store } = await bench();
    for (let count = 0; count < 25; count += 1) await put(people, `oud${String(count).padStart(3, '0')}`);
    await forgetLists(store, people);
    expect(await all(people, {}, 100)).toEqual([]);
    expect(await people.fillLists(realm)).toBe(false);
    await put(people, 'nieuw', 'enrolled');
    expect(await people.fillLists(realm)).toBe(false);
    expect(await people.fillLists(realm)).toBe(true);
    expect(await all(people, {}, 100)).toHaveLength(26);
    expect(await people.fillLists(realm)).toBe(true);
  });

  it('never leave anybody out, whatever order writes come in (property)', async () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.constantFrom<State>('none', 'invited', 'enrolled', 'closed')), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, async moves => {
        const { people, store } = await bench();
        const made = await Promise.all([0, 1, 2, 3].map(index => put(people, `p${index}`)));
        // At once: each write waits for others at every step of the store.
        await Promise.all(moves.map(([who, state]) => people.update(made[who]?.id ?? '', changes[state])));
        for (const { id } of made) {
          const person = (await people.byId(id)) as Person;
          const listed = await new PeopleIndex(store).members(realm, `name:${stateOf(person)}`, {});
          expect(listed).toContain(person.name);
          expect(await all(people, { state: stateOf(person) })).toContain(person.name);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function startsIn(text: string, begin: string): boolean {
  return [...text].some((_, at) => text.startsWith(begin, at) && !/[a-z0-9]/.test(text[at - 1] ?? ''));
}

async function forgetLists(store: Store, people: People): Promise<void> {
  const index = new PeopleIndex(store);
  for (const person of await people.list(realm, { limit: 1000 })) await index.remove(person);
}
