import { describe, expect, it, vi } from 'vitest';
import { type Bench, race, wins } from './store-bench.contract.ts';

export function logs(bench: () => Bench): void {
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

    it('R61: keep what stands beside an entry, which alone can be replaced, and goes with its entry', async () => {
      const { store, other } = bench();
      await store.append('l', 0, 'e1', { who: 'anna {"}', where: 'here' });
      await other.append('l', 1, 'e2');
      expect(await store.append('l', 0, 'late', { who: 'nobody' })).toBe(false);
      await store.append('l', 2, 'e3', { who: 'bram' });
      await store.append('other', 0, 'e1', { who: 'carla' });
      expect(await other.read('l', 0, 10)).toEqual([
        { number: 1, entry: 'e1', asides: { who: 'anna {"}', where: 'here' } },
        { number: 2, entry: 'e2' },
        { number: 3, entry: 'e3', asides: { who: 'bram' } },
      ]);
      expect(await store.head('l')).toEqual({ number: 3, entry: 'e3' });
      for (const view of [store, other]) await view.replaceAsides('l', 'who', [1, 2, 99], 'gone');
      await store.replaceAsides('none', 'who', [1], 'gone');
      const asides = async (log: string) => (await store.read(log, 0, 10)).map(row => row.asides);
      expect(await asides('l')).toEqual([{ who: 'gone', where: 'here' }, undefined, { who: 'bram' }]);
      expect(await asides('other')).toEqual([{ who: 'carla' }]);
      await store.trim('l', 3);
      expect(await asides('l')).toEqual([{ who: 'bram' }]);
      expect(await store.read('none', 0, 10)).toEqual([]);
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

export function channels(bench: () => Bench): void {
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
      await vi.waitFor(() => expect(heard).toHaveLength(4), 20_000);
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
      await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(['a', 'b'])), 20_000);
      expect(heard.toSorted()).toEqual(['a', 'b']);
    });
  });
}
