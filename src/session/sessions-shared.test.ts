import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Session } from './session.ts';
import { previousLifetime } from './session.ts';
import { Sessions } from './sessions.ts';

/** One session at two instances (workers of one machine, or machines): each remembers, and neither goes by that alone. */
const minute = 60_000;
const settings = { idle: 30 * minute, absolute: 12 * 60 * minute, grace: minute };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const proved = { level: 2, factor: 'totp', factorAt: 1_000_000, portal: 'browser-of-anna' };
const fresh = { realm: 'r', app: 'webmail', person: 'p-anna', name: 'anna', ...proved };

let now: number;
let store: SqliteStore;
let here: Sessions;
let there: Sessions;
const clock = { now: () => now };
const instance = (on: Store = store) => new Sessions({ store: on, ring, clock, random: systemRandom, settings });
const settled = () => new Promise(resolve => setImmediate(resolve));

beforeEach(async () => {
  now = 1_000_000;
  store = await SqliteStore.open({ path: ':memory:', clock });
  here = instance();
  there = instance();
});

/** Begun here, and known at both. */
async function known(): Promise<{ session: Session; cookie: string }> {
  const begun = await here.begin(fresh);
  for (const one of [here, there]) await one.find(begun.cookie, 'webmail');
  return begun;
}

describe('R24 a session stepped up at another instance', () => {
  const stepUp = (session: Session) => here.renew(session, { ...proved, level: 3, factorAt: now });

  it('opens there by its new cookie at once, before the log was looked at', async () => {
    const { session, cookie } = await known();
    const renewed = await stepUp(session);
    expect(there.known(renewed?.cookie ?? '', 'webmail')).toBeUndefined();
    expect(await there.find(renewed?.cookie ?? '', 'webmail')).toMatchObject({ level: 3 });
    expect(await there.find(cookie, 'webmail')).toMatchObject({ level: 2 });
  });

  it('has its old identifier die there 10 s later too', async () => {
    const { session, cookie } = await known();
    await stepUp(session);
    await there.confirm();
    now += previousLifetime - 1;
    expect(await there.find(cookie, 'webmail')).toMatchObject({ level: 2, session: { level: 3 } });
    now += 1;
    expect(there.known(cookie, 'webmail')).toBeUndefined();
    expect(await there.find(cookie, 'webmail')).toBeUndefined();
  });

  it('is not remembered as it was by a read that was under way', async () => {
    const { session, cookie } = await here.begin(fresh);
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const held = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'get') return value.bind(target);
        return async (key: string) => {
          const record = await target.get(key);
          reached.resolve();
          await gate.promise;
          return record;
        };
      },
    });
    const slow = instance(held);
    const finding = slow.find(cookie, 'webmail');
    await reached.promise;
    await stepUp(session);
    await slow.confirm();
    gate.resolve();
    await finding;
    now += previousLifetime;
    await slow.confirm();
    expect(slow.known(cookie, 'webmail')).toBeUndefined();
    expect(await slow.find(cookie, 'webmail')).toBeUndefined();
  });
});

describe('R24 a session used at another instance', () => {
  it('is not idle here, though it was not seen here since', async () => {
    const { session, cookie } = await known();
    now += settings.idle - 1;
    here.touch(session);
    await settled();
    now += 1;
    await there.confirm();
    expect(there.known(cookie, 'webmail')).toBeUndefined();
    const found = await there.find(cookie, 'webmail');
    expect(there.idleEnd(found?.session ?? session)).toBe(now - 1 + settings.idle);
    expect(there.known(cookie, 'webmail')).toBeDefined();
  });

  it('and nowhere else is idle everywhere', async () => {
    const { session, cookie } = await known();
    now += settings.idle;
    for (const one of [here, there]) {
      const found = await one.find(cookie, 'webmail');
      expect(one.idleEnd(found?.session ?? session)).toBe(now);
    }
  });
});

it('R08 a session carried to a new realm cookie at another instance proves nothing here under the old one', async () => {
  const { session } = await known();
  await here.carry(session, 'newer-browser');
  const [found] = await there.ofPortal('browser-of-anna');
  expect(found?.portal).toBe('newer-browser');
});

it('R13 a session ended at another instance is read as ended here, before the log was looked at', async () => {
  const { session } = await known();
  await here.end(session.id);
  expect(await there.read(session.id)).toBeUndefined();
  expect(await there.ofPerson('p-anna')).toEqual([]);
});
