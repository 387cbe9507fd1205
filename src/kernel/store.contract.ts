import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from './clock.ts';
import type { Store } from './store.ts';

export interface MadeStore {
  readonly store: Store;
  /** Another store on the same data, as another process would open it. Absent where the data lives in this one only. */
  readonly reopen?: () => Promise<Store>;
}

export type MakeStore = (clock: Clock) => Promise<MadeStore>;

interface Bench {
  readonly store: Store;
  /** A second view on the same data, or the store itself. */
  readonly other: Store;
  readonly later: (milliseconds: number) => void;
  readonly now: () => number;
}

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

async function makeBench(makeStore: MakeStore): Promise<Bench> {
  let now = 1_700_000_000_000;
  const made = await makeStore({ now: () => now });
  const other = made.reopen === undefined ? made.store : await made.reopen();
  return {
    store: made.store,
    other,
    now: () => now,
    later: milliseconds => {
      now += milliseconds;
    },
  };
}

/** `times` steps at once, spread over both views. */
function race<T>(bench: Bench, times: number, step: (store: Store, turn: number) => Promise<T>): Promise<T[]> {
  const turns = Array.from({ length: times }, (_, turn) => turn);
  return Promise.all(turns.map(turn => step(turn % 2 === 0 ? bench.store : bench.other, turn)));
}

function wins(results: readonly boolean[]): number {
  return results.filter(Boolean).length;
}

function records(bench: () => Bench): void {
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

function onceOnly(bench: () => Bench): void {
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

function marks(bench: () => Bench): void {
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

function counters(bench: () => Bench): void {
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

function sets(bench: () => Bench): void {
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

function logs(bench: () => Bench): void {
  describe('logs', () => {
    it('count from 1 and grow only at the head that was expected', async () => {
      const { store, other } = bench();
      expect(await store.head('l')).toBeUndefined();
      expect(await store.append('l', 1, 'too far')).toBe(false);
      expect(await store.append('l', 0, 'first')).toBe(true);
      expect(await store.append('l', 0, 'again')).toBe(false);
      expect(await other.append('l', 1, 'second')).toBe(true);
      expect(await store.head('l')).toEqual({ number: 2, entry: 'second' });
      expect(await store.head('elsewhere')).toBeUndefined();
      expect(await store.append('elsewhere', 0, 'own count')).toBe(true);
    });

    it('grow behind a very entry, and not where another stands in its place', async () => {
      const { store, other } = bench();
      await store.append('l', 0, 'first\n1:x');
      expect(await other.append('l', { number: 1, entry: 'first' }, 'no')).toBe(false);
      expect(await other.append('l', { number: 1, entry: '' }, 'no')).toBe(false);
      expect(await other.append('l', { number: 2, entry: 'first\n1:x' }, 'no')).toBe(false);
      expect(await other.append('none', { number: 1, entry: 'first' }, 'no')).toBe(false);
      expect(await other.append('l', { number: 1, entry: 'first\n1:x' }, 'second')).toBe(true);
      expect(await store.append('l', { number: 1, entry: 'first\n1:x' }, 'late')).toBe(false);
      expect(await store.read('l', 0, 9)).toHaveLength(2);
    });

    it('let one of many append at the same head', async () => {
      const results = await race(bench(), 50, (view, turn) => view.append('l', 0, `${turn}`));
      expect(wins(results)).toBe(1);
      expect(await bench().store.read('l', 0, 100)).toEqual([{ number: 1, entry: `${results.indexOf(true)}` }]);
    });

    it('are read oldest first, by pages, and never expire', async () => {
      const { store, other, later } = bench();
      for (let head = 0; head < 12; head += 1) await store.append('l', head, `e${head + 1}`);
      later(10 * 365 * 86_400_000);
      expect(await other.read('l', 0, 2)).toEqual([
        { number: 1, entry: 'e1' },
        { number: 2, entry: 'e2' },
      ]);
      expect((await store.read('l', 9, 100)).map(entry => entry.number)).toEqual([10, 11, 12]);
      expect(await store.read('l', 12, 100)).toEqual([]);
      expect(await store.read('none', 0, 100)).toEqual([]);
    });

    it('lose their oldest entries where they are trimmed, never the newest, and count on', async () => {
      const { store, other } = bench();
      for (const log of ['l', 'kept'])
        for (let head = 0; head < 5; head += 1) await store.append(log, head, `e${head}`);
      await store.trim('none', 3);
      await store.trim('l', 3);
      await other.trim('l', 2);
      const numbers = async (log: string) => (await other.read(log, 0, 100)).map(({ number }) => number);
      expect(await numbers('l')).toEqual([3, 4, 5]);
      await store.trim('l', 1e12);
      expect(await numbers('l')).toEqual([5]);
      expect(await other.head('l')).toEqual({ number: 5, entry: 'e4' });
      expect(await store.append('l', 4, 'no')).toBe(false);
      expect(await store.append('l', 5, 'e5')).toBe(true);
      expect(await numbers('l')).toEqual([5, 6]);
      expect(await numbers('kept')).toEqual([1, 2, 3, 4, 5]);
      expect(await store.head('none')).toBeUndefined();
    });
  });
}

function channels(bench: () => Bench): void {
  describe('channels', () => {
    // In no promised order: the nodes of a cluster pass messages on to each other as they come.
    it('tell every subscriber of the channel, the publisher too', async () => {
      const heard: string[] = [];
      bench().store.subscribe('c', message => heard.push(`one ${message}`));
      bench().store.subscribe('c', message => heard.push(`two ${message}`));
      bench().store.subscribe('other', message => heard.push(`wrong ${message}`));
      await bench().store.publish('c', 'a');
      await bench().store.publish('c', 'b');
      await bench().store.publish('nobody', 'c');
      await vi.waitFor(() => expect(heard).toHaveLength(4));
      expect(heard.toSorted()).toEqual(['one a', 'one b', 'two a', 'two b']);
    });

    it('tell nobody who has unsubscribed, and everybody else still', async () => {
      const heard: string[] = [];
      const listener = (message: string) => heard.push(message);
      const leave = bench().store.subscribe('c', listener);
      bench().store.subscribe('c', listener);
      leave();
      leave();
      await bench().store.publish('c', 'a');
      await bench().store.publish('c', 'b');
      await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(['a', 'b'])));
      expect(heard.toSorted()).toEqual(['a', 'b']);
    });
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
      () => store.trim('k', 1),
      () => store.publish('k', 'm'),
    ];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: 'store.unavailable' });
  });
}
