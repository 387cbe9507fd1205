import { beforeEach, describe, expect, it, vi } from 'vitest';
import { systemRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Revocations, type RevocationsDeps, revocationLog, type Said } from './revocations.ts';

const grace = 60_000;
const clock = { now: () => now };
let now: number;
let store: SqliteStore;
/** What stands in front of the store: where its answers come from, and which steps were asked for. */
let wire: { to: Store; asked: string[]; refuse: number };
let heard: [string, Said][];
let anew: number;

beforeEach(async () => {
  now = 1_000_000;
  store = await open();
  wire = { to: store, asked: [], refuse: 0 };
  [heard, anew] = [[], 0];
});

const open = () => SqliteStore.open({ path: ':memory:', clock });

/** The real store, behind a wire that can be led to another one or refuse some steps. */
function wired(): Store {
  return new Proxy(store, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(wire.to, name, wire.to);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        wire.asked.push(String(name));
        wire.refuse -= 1;
        return wire.refuse >= 0 ? Promise.reject(new Error('late')) : value.apply(wire.to, args);
      };
    },
  });
}

function follower(more: Partial<RevocationsDeps> = {}): Revocations {
  return new Revocations({
    store: wired(),
    clock,
    random: systemRandom,
    grace: () => grace,
    heard: (id, what) => void heard.push([id, what]),
    startAnew: async () => {
      anew += 1;
    },
    ...more,
  });
}

const speaker = (on: Store = store) =>
  new Revocations({
    store: on,
    clock,
    random: systemRandom,
    grace: () => grace,
    heard: () => undefined,
    startAnew: async () => undefined,
  });
const fill = async (log: Store, from: number, to: number, text = 'old') => {
  for (let head = from; head < to; head += 1) await log.append(revocationLog, head, `${text}-${head + 1}.x`);
};

describe('R09 the log of ended sessions', () => {
  it('tells what ended and what changed, in order, once', async () => {
    const here = follower();
    await here.confirm();
    await speaker().say('anna', 'changed');
    await speaker().say('anna', 'ended');
    await here.confirm();
    await here.confirm();
    expect(heard).toEqual([
      ['anna', 'changed'],
      ['anna', 'ended'],
    ]);
    expect(anew).toBe(1);
  });

  it('is begun at its head: of thousands a new instance reads one page, and from there on all', async () => {
    await fill(store, 0, 2_000);
    const here = follower();
    await here.confirm();
    expect(wire.asked).toEqual(['head', 'read']);
    expect(heard.map(([id]) => id)).toEqual(Array.from({ length: 500 }, (_, n) => `old-${1501 + n}`));
    heard.length = 0;
    await fill(store, 2_000, 3_100);
    await here.confirm();
    expect(heard.map(([id]) => id)).toEqual(Array.from({ length: 1_100 }, (_, n) => `old-${2001 + n}`));
    expect(anew).toBe(1);
  });

  it('costs one step of the store where nothing happened', async () => {
    const here = follower();
    await speaker().say('anna', 'ended');
    await here.confirm();
    wire.asked.length = 0;
    await here.confirm();
    expect(wire.asked).toEqual(['read']);
  });

  it.each<[string, number, number]>([
    ['went back', 8, 8],
    ['went back and grew to where it was', 8, 10],
    ['went back and grew beyond', 8, 15],
    ['is empty', 0, 0],
    ['is empty and begun anew', 0, 3],
  ])('that %s in a failover is begun at its head again', async (_what, common, end) => {
    await fill(store, 0, 10);
    const here = follower();
    await here.confirm();
    const promoted = await open();
    await fill(promoted, 0, common);
    await fill(promoted, common, end, 'new');
    heard.length = 0;
    wire.to = promoted;
    await here.confirm();
    expect(anew).toBe(2);
    for (let number = common + 1; number <= end; number += 1) expect(heard).toContainEqual([`new-${number}`, 'ended']);
    await here.confirm();
    expect(anew).toBe(2);
  });

  it('that begins to fill while it was empty here is no other log', async () => {
    const here = follower();
    await here.confirm();
    await speaker().say('anna', 'ended');
    await here.confirm();
    expect([heard, anew]).toEqual([[['anna', 'ended']], 1]);
  });

  it('that was trimmed beyond what was read here is begun at its head again', async () => {
    await fill(store, 0, 10);
    const here = follower();
    await here.confirm();
    await fill(store, 10, 30);
    await store.trim(revocationLog, 20);
    await here.confirm();
    expect(anew).toBe(2);
  });

  it('is trimmed to what it is kept for, and goes on with its numbers', async () => {
    await fill(store, 0, 30);
    const here = follower({ kept: 20 });
    await here.confirm();
    await vi.waitFor(async () => expect((await store.read(revocationLog, 0, 100)).length).toBe(20), 20_000);
    await speaker().say('anna', 'ended');
    expect((await store.head(revocationLog))?.number).toBe(31);
    await here.confirm();
    expect([heard.at(-1), anew]).toEqual([['anna', 'ended'], 1]);
  });

  it('is begun again at the next try, where reading anew did not work', async () => {
    await speaker().say('anna', 'ended');
    let tries = 0;
    const here = follower({
      startAnew: async () => {
        tries += 1;
        if (tries <= 2) throw new Error('no answer');
      },
    });
    await expect(here.confirm()).rejects.toThrow('no answer');
    expect(here.standing).toBe('lost');
    await here.confirm();
    expect([tries, here.standing]).toEqual([3, 'confirmed']);
  });

  it('is read once more for what was said while it was being read', async () => {
    const here = follower();
    await here.confirm();
    const leave = store.subscribe(revocationLog, () => here.hasten());
    await speaker().say('anna', 'ended');
    await vi.waitFor(() => expect(heard).toEqual([['anna', 'ended']]), 20_000);
    const reading = here.confirm();
    await speaker().say('bram', 'ended');
    await reading;
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(['bram', 'ended']), 20_000);
    leave();
  });
});

describe('rule 2 the standing', () => {
  it('is told by nobody before the log was read once', async () => {
    const here = follower();
    expect(here.settled).toBe(false);
    await here.confirm();
    expect([here.settled, here.standing]).toEqual([true, 'confirmed']);
  });

  it('is asked for after a second, and a stalled event loop loses nothing', async () => {
    const here = follower();
    await here.confirm();
    now += 1_000;
    expect(here.settled).toBe(true);
    now += 500;
    expect(here.settled).toBe(false);
    // The answer lay there, and the timer that calls it late came first.
    wire.refuse = 1;
    await here.confirm();
    expect([here.settled, here.standing]).toEqual([true, 'confirmed']);
  });

  it('is the grace from the last confirmed head on, however often it is asked for, then lost', async () => {
    const here = follower();
    await here.confirm();
    await store.close();
    const ask = () => here.confirm().catch(() => undefined);
    now += 900;
    await ask();
    expect([here.settled, here.standing]).toEqual([true, 'confirmed']);
    now += 101;
    expect([here.settled, here.standing]).toEqual([true, 'grace']);
    for (let turn = 0; turn < 100; turn += 1) {
      now += 500;
      await ask();
    }
    now = 1_000_000 + grace;
    await ask();
    expect(here.standing).toBe('grace');
    now += 1;
    await ask();
    expect([here.settled, here.standing]).toEqual([true, 'lost']);
  });

  it('comes back by catching up only', async () => {
    const here = follower();
    await here.confirm();
    wire.refuse = 2;
    now += 70_000;
    await expect(here.confirm()).rejects.toThrow('late');
    expect(here.standing).toBe('lost');
    await speaker().say('anna', 'ended');
    const catching = here.confirm();
    expect(here.standing).toBe('lost');
    await catching;
    expect([here.standing, heard]).toEqual(['confirmed', [['anna', 'ended']]]);
  });

  it('is not at all where the grace is nothing', async () => {
    const here = follower({ grace: () => 0 });
    await here.confirm();
    await store.close();
    now += 1_001;
    await here.confirm().catch(() => undefined);
    expect(here.standing).toBe('lost');
  });

  it('is not believed where the clock was put back', async () => {
    const here = follower();
    await here.confirm();
    now -= 3_600_000;
    expect(here.settled).toBe(false);
    await store.close();
    await here.confirm().catch(() => undefined);
    expect(here.standing).toBe('lost');
  });
});
