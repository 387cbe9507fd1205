import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { SessionTokens } from './token.ts';

const minute = 60_000;
const settings = { idle: 30 * minute, absolute: 12 * 60 * minute, grace: minute };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const proved = { level: 2, factor: 'totp', factorAt: 1_000_000, portal: 'portal-of-anna' };
const fresh = { realm: 'r', app: 'webmail', person: 'p-anna', name: 'anna', ...proved };

let now: number;
let store: SqliteStore;
let sessions: Sessions;
const clock = { now: () => now };
const instance = (on: Store = store) => new Sessions({ store: on, ring, clock, random: systemRandom, settings });
const stepUp = (session: Session) => sessions.renew(session, { ...proved, level: 3, factorAt: now });
/** A read the size of a few turns of the event loop. */
const settled = () => new Promise(resolve => setImmediate(resolve));

beforeEach(async () => {
  now = 1_000_000;
  store = await SqliteStore.open({ path: ':memory:', clock });
  sessions = instance();
});

/** The real store, whose answers to one method wait until `go` is called: what was read or written stays so. */
function slow(method: 'get' | 'replace'): { store: Store; reached: Promise<void>; go: () => void } {
  const gate = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<void>();
  const wait = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    arrival.resolve();
    await gate.promise;
    return value;
  };
  const held = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return name === method
        ? (...args: unknown[]) => wait(value.apply(target, args) as Promise<unknown>)
        : value.bind(target);
    },
  });
  return { store: held, reached: arrival.promise, go: gate.resolve };
}

describe('a session', () => {
  it('opens by its cookie at its app, here and at another instance, and is known from then on', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    expect(await sessions.find(cookie, 'webmail')).toEqual({ session, level: 2 });
    const other = instance();
    expect(other.known(cookie, 'webmail')).toBeUndefined();
    expect(await other.find(cookie, 'webmail')).toEqual({ session, level: 2 });
    expect(other.known(cookie, 'webmail')).toEqual({ session, level: 2 });
  });

  it('R08 opens at no other app, not even when it is known here', async () => {
    const { cookie } = await sessions.begin(fresh);
    await sessions.find(cookie, 'webmail');
    expect(await sessions.find(cookie, 'wiki')).toBeUndefined();
    expect(sessions.known(cookie, 'wiki')).toBeUndefined();
  });

  it('R08 opens at its own app only, even with a cookie that we signed for another', async () => {
    const { session } = await sessions.begin(fresh);
    const { id, identifier, absoluteEnd } = session;
    const token = await new SessionTokens(ring, clock).sign({ session: id, identifier, app: 'wiki' }, absoluteEnd);
    expect(await sessions.find(token, 'wiki')).toBeUndefined();
    expect(sessions.known(token, 'wiki')).toBeUndefined();
  });

  it.each(['', 'x', 'a.b.c', '__proto__', 'x'.repeat(2049)])('rule 2 is not opened by %.20j', async cookie => {
    await sessions.begin(fresh);
    expect(await sessions.find(cookie, 'webmail')).toBeUndefined();
    expect(sessions.known(cookie, 'webmail')).toBeUndefined();
  });

  it('R-D4 keeps its record sealed: the store shows neither the name nor the identifier', async () => {
    const { session } = await sessions.begin(fresh);
    const record = await store.get(`session:{${session.id}}`);
    expect(record?.value).toBeDefined();
    expect(record?.value).not.toContain(session.identifier);
    expect(Buffer.from(record?.value.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('anna');
  });

  it('a.38: never shares ids, identifiers or keys with another', async () => {
    const begun = await Promise.all(Array.from({ length: 20 }, () => sessions.begin(fresh)));
    const secrets = begun.flatMap(({ session }) => [session.id, session.identifier, session.sealKey]);
    expect(new Set(secrets).size).toBe(60);
    // 256 bits each of those that open something.
    for (const { session } of begun)
      for (const secret of [session.identifier, session.sealKey])
        expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });

  it('ends absolutely: no use extends it', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    expect(session.absoluteEnd).toBe(now + settings.absolute);
    now = session.absoluteEnd - 1;
    sessions.touch(session);
    const renewed = await stepUp(session);
    expect(renewed?.session.absoluteEnd).toBe(session.absoluteEnd);
    now = session.absoluteEnd;
    const other = instance();
    expect(await other.find(cookie, 'webmail')).toBeUndefined();
    expect(await other.find(renewed?.cookie ?? '', 'webmail')).toBeUndefined();
    expect(await other.read(session.id)).toBeUndefined();
  });

  it('is idle after its last use, which another instance learns within 30 s', async () => {
    const { session } = await sessions.begin(fresh);
    expect(sessions.idleEnd(session)).toBe(now + settings.idle);
    now += 29_999;
    sessions.touch(session);
    await settled();
    expect(sessions.idleEnd(session)).toBe(now + settings.idle);
    const seenElsewhere = await instance().read(session.id);
    expect(seenElsewhere?.lastSeen).toBe(1_000_000);
    now += 1;
    sessions.touch(session);
    await settled();
    expect((await instance().read(session.id))?.lastSeen).toBe(now);
  });

  it('that nobody knows here is not touched', async () => {
    const { session } = await sessions.begin(fresh);
    const other = instance();
    now += minute;
    other.touch(session);
    await settled();
    expect((await instance().read(session.id))?.lastSeen).toBe(1_000_000);
  });

  it('lets what was derived from its record go with the record', async () => {
    const { session } = await sessions.begin(fresh);
    let made = 0;
    const make = () => {
      made += 1;
      return made;
    };
    expect([sessions.derived(session, 'a', make), sessions.derived(session, 'a', make)]).toEqual([1, 1]);
    expect(sessions.derived(session, 'b', make)).toBe(2);
    const renewed = await stepUp(session);
    expect(sessions.derived(renewed?.session ?? session, 'a', make)).toBe(3);
    await sessions.end(session.id);
    expect([sessions.derived(session, 'a', make), sessions.derived(session, 'a', make)]).toEqual([4, 5]);
  });
});

describe('A5 7.2.4 a step up', () => {
  it('gives a new identifier, and keeps the session and the key of its cookies', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    now += minute;
    const renewed = await stepUp(session);
    expect(renewed?.cookie).not.toBe(cookie);
    expect(renewed?.session).toMatchObject({ id: session.id, sealKey: session.sealKey, level: 3, factorAt: now });
    expect(await sessions.find(renewed?.cookie ?? '', 'webmail')).toMatchObject({ level: 3 });
  });

  it('a.39: leaves the old identifier 10 s at its old level, then it is dead, here and elsewhere', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    await stepUp(session);
    for (const where of [sessions, instance()]) {
      now = 1_009_999;
      expect(await where.find(cookie, 'webmail')).toMatchObject({ level: 2, session: { level: 3 } });
      expect(where.known(cookie, 'webmail')).toMatchObject({ level: 2 });
      now = 1_010_000;
      expect(await where.find(cookie, 'webmail')).toBeUndefined();
      expect(where.known(cookie, 'webmail')).toBeUndefined();
    }
  });

  it('kills the one before the last at once', async () => {
    const first = await sessions.begin(fresh);
    const second = await stepUp(first.session);
    const third = await stepUp(second?.session ?? first.session);
    expect(await sessions.find(first.cookie, 'webmail')).toBeUndefined();
    expect(await sessions.find(second?.cookie ?? '', 'webmail')).toMatchObject({ level: 3 });
    expect(await sessions.find(third?.cookie ?? '', 'webmail')).toMatchObject({ level: 3 });
  });

  it('of a session that ended gives nothing', async () => {
    const { session } = await sessions.begin(fresh);
    await sessions.end(session.id);
    expect(await stepUp(session)).toBeUndefined();
    expect(await sessions.read(session.id)).toBeUndefined();
  });

  it('that was being written when the session ended brings nothing back', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const held = slow('replace');
    const here = instance(held.store);
    await here.find(cookie, 'webmail');
    const renewing = here.renew(session, { ...proved, level: 3 });
    await held.reached;
    expect(await here.end(session.id)).toBe(true);
    held.go();
    expect(await renewing).toBeUndefined();
    expect(here.known(cookie, 'webmail')).toBeUndefined();
    expect(await here.read(session.id)).toBeUndefined();
  });

  it('with another portal cookie is found by that one', async () => {
    const { session } = await sessions.begin(fresh);
    await sessions.renew(session, { ...proved, portal: 'new-portal' });
    expect((await sessions.ofPortal('new-portal')).map(({ id }) => id)).toEqual([session.id]);
  });
});

describe('A5 7.4.1 the end of a session', () => {
  it('R13 an end that broke between the log and the record is finished by whoever signs out again', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const broken = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'remove') return () => Promise.reject(new Error('lost'));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await expect(instance(broken).end(session.id)).rejects.toThrow('lost');
    await sessions.confirm();
    expect(await sessions.ofPortal(fresh.portal)).toEqual([]);
    // Begins so far behind that entry of the log that it does not read it.
    for (let others = 0; others < 510; others += 1) await sessions.end((await sessions.begin(fresh)).session.id);
    expect(await instance().find(cookie, 'webmail')).toBeUndefined();
  });

  it('is once, and everywhere in this instance', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const ends = await Promise.all(Array.from({ length: 50 }, () => sessions.end(session.id)));
    expect(ends.filter(first => first)).toHaveLength(1);
    expect(sessions.known(cookie, 'webmail')).toBeUndefined();
    expect(await sessions.find(cookie, 'webmail')).toBeUndefined();
    expect(await sessions.ofPortal('portal-of-anna')).toEqual([]);
    expect(await sessions.ofPerson('p-anna')).toEqual([]);
    expect(await store.size('sessions-of-person:{p-anna}')).toBe(0);
  });

  it('holds against a read that was under way', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const held = slow('get');
    const here = instance(held.store);
    const finding = here.find(cookie, 'webmail');
    await held.reached;
    await sessions.end(session.id);
    await here.confirm();
    held.go();
    expect(await finding).toBeUndefined();
    expect(here.known(cookie, 'webmail')).toBeUndefined();
  });

  it('is seen by another instance after it confirmed, with those who wait told once', async () => {
    const one = await sessions.begin(fresh);
    const two = await sessions.begin(fresh);
    const other = instance();
    for (const { cookie } of [one, two]) await other.find(cookie, 'webmail');
    let told = 0;
    const stop = other.onEnd(one.session.id, () => {
      told += 10;
    });
    other.onEnd(one.session.id, () => {
      told += 1;
    });
    stop();
    await sessions.end(one.session.id);
    expect(other.known(one.cookie, 'webmail')).toBeDefined();
    await other.confirm();
    await other.confirm();
    expect(other.known(one.cookie, 'webmail')).toBeUndefined();
    expect(await other.find(one.cookie, 'webmail')).toBeUndefined();
    expect(other.known(two.cookie, 'webmail')).toBeDefined();
    expect(told).toBe(1);
  });

  it('is confirmed for more sessions than one page of the log holds', async () => {
    const kept = await sessions.begin(fresh);
    const other = instance();
    await other.find(kept.cookie, 'webmail');
    for (let head = 0; head < 501; head += 1) await store.append('revocations', head, `gone-${head}`);
    await sessions.end(kept.session.id);
    await other.confirm();
    expect(other.known(kept.cookie, 'webmail')).toBeUndefined();
  });

  it('tells those who wait for it here', async () => {
    const { session } = await sessions.begin(fresh);
    const told: string[] = [];
    sessions.onEnd(session.id, () => told.push('cut'));
    await sessions.end(session.id);
    await sessions.end(session.id);
    expect(told).toEqual(['cut']);
  });

  it('of an unknown one is not news', async () => {
    expect(await sessions.end('A'.repeat(22))).toBe(false);
    expect(await sessions.end('../x')).toBe(false);
    expect(await store.head('revocations')).toBeUndefined();
  });
});

describe('R24 two instances', () => {
  it('take a new identifier at once, and give the old one up as soon as they have heard', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const other = instance();
    await other.find(cookie, 'webmail');
    const renewed = await stepUp(session);
    expect(await other.find(renewed?.cookie ?? '', 'webmail')).toMatchObject({ level: 3 });
    const third = instance();
    await third.find(cookie, 'webmail');
    await stepUp(session);
    await third.confirm();
    now += 10_000;
    await third.confirm();
    expect(await third.find(cookie, 'webmail')).toBeUndefined();
    expect(await third.find(renewed?.cookie ?? '', 'webmail')).toBeUndefined();
  });

  it('hear of an identifier that died, though nobody brought the new one', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const other = instance();
    await other.find(cookie, 'webmail');
    await stepUp(session);
    now += 10_000;
    await other.confirm();
    expect(other.known(cookie, 'webmail')).toBeUndefined();
    expect(await other.find(cookie, 'webmail')).toBeUndefined();
  });

  it('do not read an old record back in that was on its way when they heard', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const held = slow('get');
    const other = instance(held.store);
    await other.confirm();
    const finding = other.find(cookie, 'webmail');
    await held.reached;
    await stepUp(session);
    await other.confirm();
    held.go();
    expect(await finding).toMatchObject({ level: 2, session: { level: 3 } });
  });

  it('ask the store before they call idle who was seen elsewhere', async () => {
    const { session, cookie } = await sessions.begin(fresh);
    const other = instance();
    await other.find(cookie, 'webmail');
    now += settings.idle - 1;
    sessions.touch(session);
    await settled();
    now += 1;
    await other.confirm();
    expect(other.known(cookie, 'webmail')).toBeUndefined();
    expect(await other.find(cookie, 'webmail')).toBeDefined();
    expect(other.idleEnd(session)).toBe(now - 1 + settings.idle);
  });

  it('cut what is under way past the grace, and in a failover what has no record any more', async () => {
    const one = await sessions.begin(fresh);
    const two = await sessions.begin(fresh);
    const told: string[] = [];
    sessions.onEnd(one.session.id, () => told.push('one'));
    sessions.onEnd(two.session.id, () => told.push('two'));
    await sessions.confirm();
    // A failover that lost nothing of the records, and the end of one in a log that another server began.
    await store.remove(`session:{${one.session.id}}`);
    for (let head = 0; head < 501; head += 1) await store.append('revocations', head, `x-${head}.y`);
    await store.trim('revocations', 501);
    await sessions.confirm();
    expect(told).toEqual(['one']);
    expect(await sessions.find(two.cookie, 'webmail')).toBeDefined();
    await store.close();
    now += settings.grace + 1;
    await sessions.cutOver();
    expect(told).toEqual(['one', 'two']);
    expect(sessions.known(two.cookie, 'webmail')).toBeDefined();
    expect(sessions.storeStanding).toBe('lost');
  });
});

it('while the store is lost, known sessions open without a step of it, and others are refused without one', async () => {
  const { cookie } = await sessions.begin(fresh);
  const stranger = await instance().begin(fresh);
  await sessions.find(cookie, 'webmail');
  await store.close();
  now += 2_000;
  expect(sessions.known(cookie, 'webmail')).toBeUndefined();
  expect(await sessions.find(cookie, 'webmail')).toBeDefined();
  expect([sessions.storeStanding, sessions.known(cookie, 'webmail') !== undefined]).toEqual(['grace', true]);
  await expect(sessions.find(stranger.cookie, 'webmail')).rejects.toMatchObject({ code: 'store.unavailable' });
  expect(await sessions.find('no cookie of ours', 'webmail')).toBeUndefined();
});

it('sessions of a portal browser and of a person are those that live', async () => {
  const mine = await sessions.begin(fresh);
  const ended = await sessions.begin(fresh);
  await sessions.begin({ ...fresh, person: 'p-bram', portal: 'portal-of-bram' });
  const without = await sessions.begin({ ...fresh, portal: undefined });
  await sessions.end(ended.session.id);
  const ids = (found: readonly Session[]) => found.map(({ id }) => id).toSorted();
  expect(ids(await sessions.ofPortal('portal-of-anna'))).toEqual([mine.session.id]);
  expect(ids(await sessions.ofPerson('p-anna'))).toEqual([mine.session.id, without.session.id].toSorted());
});
