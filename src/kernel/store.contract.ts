import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, type MakeStore, makeBench } from './store-bench.contract.ts';
import { channels, logs } from './store-logs.contract.ts';
import { counters, marks } from './store-numbers.contract.ts';
import { onceOnly, records } from './store-records.contract.ts';
import { sets } from './store-sets.contract.ts';

/** Every promise of the store port. Each adapter runs it; `makeStore` gives a fresh and empty store. */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`store contract: ${name}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await makeBench(makeStore);
    });
    afterEach(async () => {
      await bench.other.close();
      await bench.store.close();
    });
    records(() => bench);
    onceOnly(() => bench);
    marks(() => bench);
    counters(() => bench);
    sets(() => bench);
    logs(() => bench);
    channels(() => bench);
    closing(() => bench);
  });
}

function closing(bench: () => Bench): void {
  it('refuses every step with store.unavailable once it is closed', async () => {
    const { store } = bench();
    await store.close();
    await store.close();
    const steps = [
      () => store.get('k'),
      () => store.create('k', 'v'),
      () => store.replace('k', 1, 'v'),
      () => store.remove('k'),
      () => store.consume('k', 1),
      () => store.consumed('k'),
      () => store.advance('k', 1),
      () => store.reached('k'),
      () => store.count('k', 1),
      () => store.peek('k'),
      () => store.resetCount('k'),
      () => store.add('k', 'm'),
      () => store.drop('k', 'm'),
      () => store.members('k'),
      () => store.size('k'),
      () => store.append('k', 0, 'e'),
      () => store.head('k'),
      () => store.read('k', 0, 1),
      () => store.replaceAsides('k', 'a', [1], 't'),
      () => store.trim('k', 1),
      () => store.publish('k', 'm'),
    ];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: 'store.unavailable' });
  });
}
