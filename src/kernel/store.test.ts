import { describe, expect, it } from 'vitest';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { plainCodec } from './codec.ts';
import { update } from './store.ts';

const codec = plainCodec<{ readonly n: number }>();

async function bench(n?: number) {
  let now = 0;
  const store = await SqliteStore.open({ path: ':memory:', clock: { now: () => now } });
  if (n !== undefined) await store.create('k', codec.encode('k', { n }), 100);
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { store, later };
}

describe('update', () => {
  it('loses no change of fifty at once', async () => {
    const { store } = await bench(0);
    const results = await Promise.all(
      Array.from({ length: 50 }, () => update(store, 'k', codec, ({ n }) => ({ n: n + 1 }))),
    );
    expect(await store.get('k')).toEqual({ value: '{"n":50}', version: 51 });
    expect(results.map(result => result?.n ?? 0).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
  });

  it('lets one of fifty through where the change allows one', async () => {
    const { store } = await bench(1);
    const results = await Promise.all(
      Array.from({ length: 50 }, () => update(store, 'k', codec, ({ n }) => (n > 0 ? { n: n - 1 } : undefined))),
    );
    expect(results.filter(result => result !== undefined)).toEqual([{ n: 0 }]);
  });

  it('leaves alone what is absent, unreadable, expired or not to be changed', async () => {
    const { store, later } = await bench(1);
    await store.create('damaged', 'no JSON');
    expect(await update(store, 'k', codec, () => undefined)).toBeUndefined();
    expect(await update(store, 'none', codec, () => ({ n: 2 }))).toBeUndefined();
    expect(await update(store, 'damaged', codec, () => ({ n: 2 }))).toBeUndefined();
    expect(await store.get('damaged')).toEqual({ value: 'no JSON', version: 1 });
    expect(await store.get('k')).toEqual({ value: '{"n":1}', version: 1 });
    later(100);
    expect(await update(store, 'k', codec, () => ({ n: 2 }))).toBeUndefined();
    expect(await store.get('none')).toBeUndefined();
  });

  it('changes the expiry only where it is told to', async () => {
    const { store, later } = await bench(1);
    later(60);
    await update(store, 'k', codec, () => ({ n: 2 }));
    later(39);
    await update(store, 'k', codec, () => ({ n: 3 }), 100);
    later(99);
    expect((await store.get('k'))?.value).toBe('{"n":3}');
    later(1);
    expect(await store.get('k')).toBeUndefined();
  });

  it('passes on what goes wrong', async () => {
    const { store } = await bench(1);
    const change = () => {
      throw new RangeError('no');
    };
    await expect(update(store, 'k', codec, change)).rejects.toThrow(RangeError);
    await store.close();
    await expect(update(store, 'k', codec, () => ({ n: 2 }))).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});
