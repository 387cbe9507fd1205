import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Visits, visitLifetime } from './visits.ts';

const start = 1_000_000;
const key = (id: string, byte: number) => ({ id, secret: Buffer.alloc(32, byte) });
let now: number;
let store: SqliteStore;
const clock = { now: () => now };
const visitsOf = (...keys: { id: string; secret: Buffer }[]) =>
  new Visits({ store, ring: new KeyRing(keys, systemRandom), clock, random: systemRandom });
let visits: Visits;

beforeEach(async () => {
  now = start;
  store = await SqliteStore.open({ path: ':memory:', clock });
  visits = visitsOf(key('k', 1));
});

describe('rule 10 a visit', () => {
  it('is read from its cookie, with the same key, until it is an hour old', () => {
    const { visit, cookie } = visits.begin('webmail');
    expect(visit.key).toHaveLength(32);
    now = start + visitLifetime - 1;
    expect(visits.read(cookie, 'webmail')).toEqual(visit);
    now = start + visitLifetime;
    expect(visits.read(cookie, 'webmail')).toBeUndefined();
  });

  it('has an id and a key of its own, which are not told by its cookie alone', () => {
    const begun = Array.from({ length: 20 }, () => visits.begin('webmail'));
    expect(new Set(begun.flatMap(({ visit }) => [visit.id, visit.key.toString('hex')])).size).toBe(40);
    const [one] = begun;
    expect(visitsOf(key('k', 2)).read(one?.cookie ?? '', 'webmail')).toBeUndefined();
    expect(visitsOf(key('other', 1)).read(one?.cookie ?? '', 'webmail')).toBeUndefined();
  });

  it('outlives a change of the key', () => {
    const { visit, cookie } = visits.begin('webmail');
    expect(visitsOf(key('new', 2), key('k', 1)).read(cookie, 'webmail')).toEqual(visit);
  });

  it('of another app is none here', () => {
    expect(visits.read(visits.begin('webmail').cookie, 'wiki')).toBeUndefined();
  });

  it('is refused when any character of its cookie is another', () => {
    const { cookie } = visits.begin('webmail');
    for (let i = 0; i < cookie.length; i += 1) {
      const changed = `${cookie.slice(0, i)}${cookie[i] === 'A' ? 'g' : 'A'}${cookie.slice(i + 1)}`;
      expect(visits.read(changed, 'webmail')).toBeUndefined();
    }
  });

  it('is refused with the time or the proof of another', () => {
    const [id, , kid, mac] = visits.begin('webmail').cookie.split('.');
    now += 60_000;
    const [, laterTime, , laterMac] = visits.begin('webmail').cookie.split('.');
    expect(visits.read(`${id}.${laterTime}.${kid}.${mac}`, 'webmail')).toBeUndefined();
    expect(visits.read(`${id}.${laterTime}.${kid}.${laterMac}`, 'webmail')).toBeUndefined();
  });

  it.each([
    '',
    '.',
    '...',
    'A'.repeat(22),
    `${'A'.repeat(22)}.1.k.`,
    `${'A'.repeat(22)}.zzzzzzzzzzz.k.${'A'.repeat(43)}`,
    '__proto__',
  ])('is not read from %j', cookie => {
    expect(visits.read(cookie, 'webmail')).toBeUndefined();
  });

  it('is spent once, of fifty at the same moment', async () => {
    const { visit } = visits.begin('webmail');
    expect(await visits.isSpent(visit)).toBe(false);
    const elsewhere = visitsOf(key('k', 1));
    const spent = await Promise.all(
      Array.from({ length: 50 }, (_none, n) => (n % 2 === 0 ? visits : elsewhere).spend(visit)),
    );
    expect(spent.filter(first => first)).toHaveLength(1);
    expect(await elsewhere.isSpent(visit)).toBe(true);
  });

  it('stays spent for as long as its cookie could be read, and longer', async () => {
    const { visit } = visits.begin('webmail');
    await visits.spend(visit);
    now = start + 2 * visitLifetime - 1;
    expect(await visits.isSpent(visit)).toBe(true);
    expect(await visits.spend(visit)).toBe(false);
  });

  it('does not spend another', async () => {
    const other = visits.begin('webmail').visit;
    await visits.spend(visits.begin('webmail').visit);
    expect(await visits.isSpent(other)).toBe(false);
  });

  it('tells those who answer it that it was spent, once, and only those', async () => {
    const { visit } = visits.begin('webmail');
    const other = visits.begin('webmail').visit;
    const told: string[] = [];
    visits.onSpent(visit, () => told.push('one'));
    visits.onSpent(visit, () => told.push('two'));
    visits.onSpent(visit, () => told.push('stopped'))();
    visits.onSpent(other, () => told.push('other'));
    await Promise.all([visits.spend(visit), visits.spend(visit)]);
    expect(told).toEqual(['one', 'two']);
  });
});
