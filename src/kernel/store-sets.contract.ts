import { describe, expect, it } from 'vitest';
import { type Bench, race, wins } from './store-bench.contract.ts';

export function sets(bench: () => Bench): void {
  describe('sets', () => {
    it('add, know and drop members', async () => {
      const { store, other } = bench();
      expect(await store.add('s:1', 'a')).toBe('added');
      expect(await other.add('s:1', 'a')).toBe('present');
      expect(await store.size('s:1')).toBe(1);
      expect(await store.size('s:2')).toBe(0);
      expect(wins(await race(bench(), 10, view => view.drop('s:1', 'a')))).toBe(1);
      expect(await store.drop('s:1', 'a')).toBe(false);
      expect(await store.members('s:1')).toEqual([]);
    });

    it('hold to their cap, in a race too', async () => {
      const { store } = bench();
      const results = await race(bench(), 50, (view, turn) => view.add('s:1', `m${turn}`, { cap: 7 }));
      expect(results.filter(result => result === 'added')).toHaveLength(7);
      expect(results.filter(result => result === 'full')).toHaveLength(43);
      expect(await store.size('s:1')).toBe(7);
      expect(await store.add('s:1', 'more', { cap: 7 })).toBe('full');
      expect(await store.members('s:1')).not.toContain('more');
      expect(await store.add('s:1', (await store.members('s:1'))[0] ?? '', { cap: 7 })).toBe('present');
      expect(await store.add('s:1', 'more', { cap: 8 })).toBe('added');
      expect(await store.add('s:none', 'a', { cap: 0 })).toBe('full');
    });

    it('give the place of a member that left or expired to another', async () => {
      const { store, later } = bench();
      await store.add('s:1', 'stays', { cap: 2 });
      await store.add('s:1', 'goes', { cap: 2, ttl: 100 });
      expect(await store.add('s:1', 'next', { cap: 2 })).toBe('full');
      later(100);
      expect(await store.members('s:1')).toEqual(['stays']);
      expect(await store.size('s:1')).toBe(1);
      expect(await store.drop('s:1', 'goes')).toBe(false);
      expect(await store.add('s:1', 'next', { cap: 2 })).toBe('added');
      expect(await store.drop('s:1', 'stays')).toBe(true);
      expect(await store.add('s:1', 'third', { cap: 2 })).toBe('added');
    });

    it('let each member expire on its own; adding again with a ttl renews it, without one leaves it', async () => {
      const { store, later } = bench();
      for (const member of ['kept', 'renewed']) await store.add('s:1', member, { ttl: 100 });
      await store.add('s:1', 'short', { ttl: 10 });
      later(50);
      expect(await store.add('s:1', 'kept')).toBe('present');
      expect(await store.add('s:1', 'renewed', { ttl: 100 })).toBe('present');
      expect(await store.add('s:1', 'short', { ttl: 10 })).toBe('added');
      later(9);
      expect(await store.members('s:1')).toEqual(['kept', 'renewed', 'short']);
      later(41);
      expect(await store.members('s:1')).toEqual(['renewed']);
    });

    it('count what they list, whatever came, lasted, left and expired', async () => {
      const { store, other, later } = bench();
      // Every order of three things with one member, with time between them and without.
      const things = [
        (key: string) => store.add(key, 'm'),
        (key: string) => other.add(key, 'm', { ttl: 10 }),
        (key: string) => other.add(key, 'm', { ttl: 1_000, cap: 2 }),
        (key: string) => store.drop(key, 'm'),
        async () => later(10),
      ];
      for (const [a, first] of things.entries())
        for (const [b, second] of things.entries())
          for (const [c, third] of things.entries()) {
            const key = `s:${a}${b}${c}`;
            await other.add(key, 'lasts');
            for (const thing of [first, second, third]) await thing(key);
            const listed = await store.members(key);
            expect([key, await other.size(key)]).toEqual([key, listed.length]);
            expect([key, await store.add(key, 'new', { cap: listed.length })]).toEqual([key, 'full']);
          }
    });

    it('list members in byte order and by pages', async () => {
      const { store, other } = bench();
      const names = ['b', 'a', 'B', '_', 'é', 'a1', '\u{1f600}', '\uffee'];
      for (const member of names) await store.add('s:1', member);
      await store.add('s:2', 'elsewhere');
      const ordered = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await other.members('s:1')).toEqual(ordered);
      expect(await store.members('s:1', { limit: 3 })).toEqual(ordered.slice(0, 3));
      expect(await store.members('s:1', { after: ordered[2] ?? '', limit: 3 })).toEqual(ordered.slice(3, 6));
      expect(await store.members('s:1', { after: 'aa' })).toEqual(ordered.filter(member => member > 'aa'));
      expect(await store.members('s:1', { after: ordered.at(-1) ?? '' })).toEqual([]);
    });

    it('list members from either end, between two bounds that are left out', async () => {
      const { store, other } = bench();
      const names = ['anna', 'annabel', 'bert', 'b', 'é', '\u{1f600}', '\u{10ffff}'];
      for (const member of names) await store.add('s:1', member);
      await store.add('s:2', 'elsewhere');
      const ordered = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const down = ordered.toReversed();
      expect(await other.members('s:1', { descending: true })).toEqual(down);
      expect(await store.members('s:1', { descending: true, limit: 2 })).toEqual(down.slice(0, 2));
      expect(await store.members('s:1', { descending: true, before: down[1] ?? '', limit: 2 })).toEqual(
        down.slice(2, 4),
      );
      expect(await store.members('s:1', { before: 'b' })).toEqual(['anna', 'annabel']);
      expect(await store.members('s:1', { after: 'anna', before: 'bert' })).toEqual(['annabel', 'b']);
      expect(await store.members('s:1', { after: 'anna', before: 'bert', descending: true })).toEqual(['b', 'annabel']);
      expect(await store.members('s:1', { after: 'bert', before: 'anna' })).toEqual([]);
      expect(await store.members('s:1', { after: 'bert', before: 'anna', descending: true })).toEqual([]);
      expect(await store.members('s:1', { descending: true, after: 'z', limit: 1 })).toEqual(['\u{10ffff}']);
    });

    it('list a thousand members unless told otherwise', async () => {
      const { store } = bench();
      for (let number = 0; number < 1001; number += 1) await store.add('s:1', `${number}`.padStart(4, '0'));
      const page = await store.members('s:1');
      expect(page).toHaveLength(1000);
      expect(await store.members('s:1', { after: page.at(-1) ?? '' })).toEqual(['1000']);
    });
  });
}
