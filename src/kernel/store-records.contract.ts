import { describe, expect, it } from 'vitest';
import { type Bench, race, wins } from './store-bench.contract.ts';

export function records(bench: () => Bench): void {
  describe('records', () => {
    it('begin at version 1 and are seen by every view', async () => {
      const { store, other } = bench();
      expect(await store.get('r:1')).toBeUndefined();
      expect(await store.create('r:1', 'one')).toBe(true);
      expect(await other.get('r:1')).toEqual({ value: 'one', version: 1 });
      expect(await store.get('r:2')).toBeUndefined();
    });

    it.each(['', 'é ✓ \u{1f600}', 'a\u0000b', '\u2028"\'\\', 'x'.repeat(300_000)])(
      'keep their text whole (%#)',
      async text => {
        await bench().store.create('r:text', text);
        expect((await bench().other.get('r:text'))?.value).toBe(text);
      },
    );

    it('R25: may be as long as a whole form, written and read as they are', async () => {
      const { store, other } = bench();
      const long = 'aB3_-'.repeat(400_000);
      expect(await store.create('long:{a}', long, 60_000)).toBe(true);
      expect((await other.get('long:{a}'))?.value === long).toBe(true);
      expect(await store.replace('long:{a}', 1, `${long}.`, 60_000)).toBe(true);
      expect((await other.get('long:{a}'))?.value.length).toBe(2_000_001);
      expect(await other.remove('long:{a}')).toBe(true);
    });

    it('are not created over one that stands', async () => {
      const { store } = bench();
      await store.create('r:1', 'one');
      expect(await store.create('r:1', 'two', 10)).toBe(false);
      bench().later(11);
      expect(await store.get('r:1')).toEqual({ value: 'one', version: 1 });
    });

    it('are replaced at their very version only', async () => {
      const { store, other } = bench();
      expect(await store.replace('r:1', 1, 'none')).toBe(false);
      expect(await store.replace('r:1', 0, 'none')).toBe(false);
      expect(await store.get('r:1')).toBeUndefined();
      await store.create('r:1', 'one');
      expect(await store.replace('r:1', 2, 'future')).toBe(false);
      expect(await other.replace('r:1', 1, 'two')).toBe(true);
      expect(await store.replace('r:1', 1, 'stale')).toBe(false);
      expect(await store.get('r:1')).toEqual({ value: 'two', version: 2 });
    });

    it('are removed once', async () => {
      const { store } = bench();
      expect(await store.remove('r:1')).toBe(false);
      await store.create('r:1', 'one');
      expect(wins(await race(bench(), 20, view => view.remove('r:1')))).toBe(1);
      expect(await store.get('r:1')).toBeUndefined();
      expect(await store.replace('r:1', 1, 'back')).toBe(false);
    });

    it('have one winner where many create or replace at once', async () => {
      const created = await race(bench(), 50, (view, turn) => view.create('r:1', `${turn}`));
      expect(wins(created)).toBe(1);
      expect((await bench().store.get('r:1'))?.value).toBe(`${created.indexOf(true)}`);
      const replaced = await race(bench(), 50, (view, turn) => view.replace('r:1', 1, `r${turn}`));
      expect(wins(replaced)).toBe(1);
      expect(await bench().store.get('r:1')).toEqual({ value: `r${replaced.indexOf(true)}`, version: 2 });
    });

    it('expire by the clock, to the millisecond, in every step', async () => {
      const { store, later } = bench();
      await store.create('r:1', 'one', 100);
      later(99);
      expect(await store.get('r:1')).toBeDefined();
      later(1);
      expect(await store.get('r:1')).toBeUndefined();
      expect(await store.replace('r:1', 1, 'two', 100)).toBe(false);
      expect(await store.get('r:1')).toBeUndefined();
      expect(await store.remove('r:1')).toBe(false);
    });

    it('may be created anew, at version 1, where one has expired', async () => {
      const { store, later } = bench();
      await store.create('r:1', 'one', 100);
      await store.replace('r:1', 1, 'two');
      later(100);
      expect(await store.create('r:1', 'fresh')).toBe(true);
      expect(await store.get('r:1')).toEqual({ value: 'fresh', version: 1 });
      later(1_000_000);
      expect(await store.get('r:1')).toBeDefined();
    });

    it('keep their expiry without a ttl and get a new one with it', async () => {
      const { store, later } = bench();
      await store.create('r:kept', 'one', 100);
      await store.create('r:longer', 'one', 100);
      await store.create('r:ends', 'one');
      later(50);
      await store.replace('r:kept', 1, 'two');
      await store.replace('r:longer', 1, 'two', 100);
      await store.replace('r:ends', 1, 'two', 10);
      later(50);
      expect(await store.get('r:kept')).toBeUndefined();
      expect(await store.get('r:longer')).toBeDefined();
      expect(await store.get('r:ends')).toBeUndefined();
    });
  });
}

export function onceOnly(bench: () => Bench): void {
  describe('consume-once', () => {
    it('R08: says yes to exactly one of fifty at once, and to nobody after', async () => {
      expect(wins(await race(bench(), 50, view => view.consume('once:1', 1000)))).toBe(1);
      expect(await bench().store.consume('once:1', 1000)).toBe(false);
      expect(await bench().other.consumed('once:1')).toBe(true);
      expect(await bench().store.consumed('once:2')).toBe(false);
      expect(await bench().store.consume('once:2', 1000)).toBe(true);
    });

    it('holds until its ttl has passed, which later tries do not move', async () => {
      const { store, later } = bench();
      await store.consume('once:1', 100);
      later(99);
      expect(await store.consume('once:1', 100)).toBe(false);
      expect(await store.consumed('once:1')).toBe(true);
      later(1);
      expect(await store.consumed('once:1')).toBe(false);
      expect(await store.consume('once:1', 100)).toBe(true);
    });

    it('has a place of its own: a record of the same key is another thing', async () => {
      await bench().store.create('same', 'x');
      expect(await bench().store.consume('same', 1000)).toBe(true);
      expect(await bench().store.remove('same')).toBe(true);
      expect(await bench().store.consumed('same')).toBe(true);
    });
  });
}
