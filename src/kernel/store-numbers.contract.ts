import { describe, expect, it } from 'vitest';
import { type Bench, race, wins } from './store-bench.contract.ts';

export function marks(bench: () => Bench): void {
  describe('monotone numbers', () => {
    it('only ever rise', async () => {
      const { store, other } = bench();
      expect(await store.reached('m:1')).toBeUndefined();
      expect(await store.advance('m:1', -5)).toBe(true);
      expect(await store.advance('m:1', 7)).toBe(true);
      expect(await other.advance('m:1', 7)).toBe(false);
      expect(await store.advance('m:1', 6)).toBe(false);
      expect(await other.reached('m:1')).toBe(7);
      expect(await store.advance('m:1', Number.MAX_SAFE_INTEGER)).toBe(true);
      expect(await store.reached('m:1')).toBe(Number.MAX_SAFE_INTEGER);
    });

    it('R08: let one of many take the same step, and end at the highest', async () => {
      expect(wins(await race(bench(), 50, view => view.advance('m:1', 58_000_000)))).toBe(1);
      await race(bench(), 50, (view, turn) => view.advance('m:2', turn));
      expect(await bench().store.reached('m:2')).toBe(49);
    });

    it('expire, and begin anew then', async () => {
      const { store, later } = bench();
      await store.advance('m:1', 9, 100);
      later(99);
      expect(await store.advance('m:1', 3)).toBe(false);
      later(1);
      expect(await store.reached('m:1')).toBeUndefined();
      expect(await store.advance('m:1', 3)).toBe(true);
      later(1_000_000);
      expect(await store.reached('m:1')).toBe(3);
    });

    it('keep their expiry without a ttl and get a new one with it', async () => {
      const { store, later } = bench();
      await store.advance('m:kept', 1, 100);
      await store.advance('m:longer', 1, 100);
      later(50);
      await store.advance('m:kept', 2);
      await store.advance('m:longer', 2, 100);
      later(50);
      expect(await store.reached('m:kept')).toBeUndefined();
      expect(await store.reached('m:longer')).toBe(2);
    });
  });
}

export function counters(bench: () => Bench): void {
  describe('counters', () => {
    it('count within the window of their first increment, which later ones do not move', async () => {
      const { store, other, later, now } = bench();
      const resetsAt = now() + 100;
      expect(await store.peek('c:1')).toBeUndefined();
      expect(await store.count('c:1', 100)).toEqual({ count: 1, resetsAt });
      later(99);
      expect(await other.count('c:1', 500, 4)).toEqual({ count: 5, resetsAt });
      expect(await store.peek('c:1')).toEqual({ count: 5, resetsAt });
      later(1);
      expect(await store.peek('c:1')).toBeUndefined();
      expect(await store.count('c:1', 100)).toEqual({ count: 1, resetsAt: now() + 100 });
    });

    it('lose no increment of fifty at once and show each number once', async () => {
      const counts = await race(bench(), 50, view => view.count('c:1', 1000));
      expect(counts.map(result => result.count).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
    });

    it('never stand below 0', async () => {
      const { store, later } = bench();
      await store.count('c:1', 1000, 2);
      expect((await store.count('c:1', 1000, -5)).count).toBe(0);
      expect((await store.count('c:1', 1000, 1)).count).toBe(1);
      await race(bench(), 20, view => view.count('c:1', 1000, -1));
      expect((await store.peek('c:1'))?.count).toBe(0);
      later(1000);
      expect((await store.count('c:1', 1000, -3)).count).toBe(0);
    });

    it('begin no window by being lowered', async () => {
      const { store, later, now } = bench();
      expect((await store.count('c:1', 100, -1)).count).toBe(0);
      expect(await store.peek('c:1')).toBeUndefined();
      later(60);
      expect(await store.count('c:1', 100)).toEqual({ count: 1, resetsAt: now() + 100 });
    });

    it('may be reset', async () => {
      const { store, later, now } = bench();
      await store.count('c:1', 100, 3);
      await store.count('c:2', 100, 3);
      later(10);
      await store.resetCount('c:1');
      await store.resetCount('c:none');
      expect(await store.peek('c:1')).toBeUndefined();
      expect((await store.peek('c:2'))?.count).toBe(3);
      expect(await store.count('c:1', 100)).toEqual({ count: 1, resetsAt: now() + 100 });
    });
  });
}
