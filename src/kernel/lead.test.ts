import { expect, test } from 'vitest';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Lead } from './lead.ts';
import { systemRandom } from './random.ts';

test('of several one leads, for as long as it says so; then another', async () => {
  let now = 0;
  const store = await SqliteStore.open({ path: ':memory:', clock: { now: () => now } });
  const leads = ['a', 'b', 'c'].map(() => new Lead({ store, random: systemRandom }, { name: 'work', time: 100 }));
  const ask = () => Promise.all(leads.map(lead => lead.leads()));
  expect((await ask()).filter(Boolean)).toHaveLength(1);
  now = 60;
  const [first] = leads;
  expect(await first?.leads()).toBe(true);
  now = 150;
  expect(await ask()).toEqual([true, false, false]);
  now = 300;
  expect(await leads[1]?.leads()).toBe(true);
  expect(await ask()).toEqual([false, true, false]);
  const other = new Lead({ store, random: systemRandom }, { name: 'other', time: 100 });
  expect(await other.leads()).toBe(true);
  await store.close();
});
