import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import {
  codeLifetime,
  type NewPending,
  type Pending,
  PendingSignIns,
  pendingHardEnd,
  pendingLifetime,
} from './pending.ts';

const start = 1_000_000;
const minute = 60_000;
const fresh: NewPending = {
  realm: 'r',
  app: 'webmail',
  name: 'anna',
  source: '192.0.2.1',
  target: '/?_task=mail',
  demands: { level: 2, maxAge: undefined },
  quarantine: {
    location: '/?_task=mail',
    cookies: [{ name: 'sessauth', value: 'SECRET-OF-ANNA', path: '/', expires: undefined, sameSite: 'Lax' }],
  },
  session: undefined,
  purpose: 'sign-in',
};
const answer = { cookies: ['__Host-sluis=x'], location: '/' };
const totp = { level: 2, factor: 'totp' };

let now: number;
let store: SqliteStore;
let pendings: PendingSignIns;
const clock = { now: () => now };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);

beforeEach(async () => {
  now = start;
  store = await SqliteStore.open({ path: ':memory:', clock });
  pendings = new PendingSignIns({ store, ring, clock, random: systemRandom });
});

async function opened(more: Partial<NewPending> = {}): Promise<{ pending: Pending; cookie: string }> {
  const made = await pendings.open({ ...fresh, ...more }, 100);
  if (made === undefined) throw new Error('not opened');
  return made;
}

/** Opened, taken by the portal browser `portal`, and its second factor passed there. */
async function passed(portal = 'portal'): Promise<{ pending: Pending; cookie: string }> {
  const { pending, cookie } = await opened();
  await pendings.attach(await pendings.handoff(pending), portal);
  await pendings.pass(pending, portal, totp);
  return { pending: await current(cookie), cookie };
}

/** Claimed and released by one request. */
async function released(pending: Pending, what: typeof answer): Promise<Pending | undefined> {
  const claim = await pendings.claim(pending);
  return claim && pendings.release(pending, claim.id, what);
}

async function current(cookie: string): Promise<Pending> {
  const found = await pendings.byCookie(cookie);
  if (found === undefined) throw new Error('not there');
  return found;
}

describe('R01 the cookie of a pending sign-in', () => {
  it('opens it, for ten minutes', async () => {
    const { pending, cookie } = await opened();
    expect(await pendings.byCookie(cookie)).toEqual(JSON.parse(JSON.stringify(pending)));
    now = start + pendingLifetime - 1;
    expect(await pendings.byCookie(cookie)).toBeDefined();
    now = start + pendingLifetime;
    expect(await pendings.byCookie(cookie)).toBeUndefined();
  });

  it('opens nothing with another secret, without one, or under another id', async () => {
    const one = await opened();
    const other = await opened();
    const [, secret = ''] = one.cookie.split('.');
    for (const cookie of [
      one.pending.id,
      `${one.pending.id}.`,
      `${one.pending.id}.${one.pending.secret}`,
      `${one.pending.id}.${secret.slice(1)}`,
      `${one.pending.id}.${secret}x`,
      `${one.pending.id}. ${secret}`,
      `${other.pending.id}.${secret}`,
      `.${secret}`,
      `../x.${secret}`,
      '',
    ]) {
      expect(await pendings.byCookie(cookie)).toBeUndefined();
    }
  });

  it('rule 8 is not in the store, and neither is what stands in quarantine, in the clear', async () => {
    const { pending, cookie } = await opened();
    const record = await store.get(`pending:{${pending.id}}`);
    const stored = `${record?.value} ${Buffer.from(record?.value.split('.')[1] ?? '', 'base64url').toString('latin1')}`;
    expect(stored).not.toMatch(/SECRET-OF-ANNA|anna/);
    expect(JSON.stringify(await current(cookie))).not.toContain(cookie.split('.')[1]);
  });
});

describe('the handoff to the portal', () => {
  it('is taken once, of fifty at the same moment', async () => {
    const code = await pendings.handoff((await opened()).pending);
    const taken = await Promise.all(Array.from({ length: 50 }, (_none, n) => pendings.attach(code, `portal ${n}`)));
    expect(taken.filter(pending => pending !== undefined)).toHaveLength(1);
  });

  it('lives for 30 seconds', async () => {
    const { pending } = await opened();
    const [early, late] = [await pendings.handoff(pending), await pendings.handoff(pending)];
    now = start + codeLifetime - 1;
    expect(await pendings.attach(early, 'portal')).toMatchObject({ id: pending.id });
    now = start + codeLifetime;
    expect(await pendings.attach(late, 'portal')).toBeUndefined();
  });

  it.each(['', 'nonsense', '__proto__'])('is not %j', async code => {
    await pendings.handoff((await opened()).pending);
    expect(await pendings.attach(code, 'portal')).toBeUndefined();
  });

  it('R08 opens the pending for that portal browser and no other', async () => {
    const { pending } = await opened();
    expect(await pendings.forPortal(pending.id, 'portal')).toBeUndefined();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    expect(await pendings.forPortal(pending.id, 'portal')).toMatchObject({ id: pending.id });
    expect(await pendings.forPortal(pending.id, 'other')).toBeUndefined();
    expect(await pendings.forPortal('A'.repeat(22), 'portal')).toBeUndefined();
  });

  it('R08 to another portal browser takes back all that was passed in the first', async () => {
    const { pending, cookie } = await passed('of the owner');
    await pendings.step(pending, 'of the owner', {
      setUp: { by: 'activation-code', at: now, upTo: 2 },
      draft: { kind: 'totp', secret: 's' },
    });
    const code = (await pendings.releaseCode(pending)) ?? '';
    const before = await current(cookie);
    expect(pendings.opens(before, code)).toBe(true);
    const taken = await pendings.attach(await pendings.handoff(pending), 'of a stranger');
    for (const field of ['passed', 'setUp', 'draft', 'releaseCode'] as const) expect(taken?.[field]).toBeUndefined();
    expect(pendings.opens(await current(cookie), code)).toBe(false);
    expect(await pendings.releaseCode(pending)).toBeUndefined();
    expect(await released(before, answer)).toBeUndefined();
    expect(await pendings.pass(pending, 'of the owner', totp)).toBeUndefined();
  });

  it('to the same portal browser keeps what was passed', async () => {
    const { pending, cookie } = await passed();
    expect(await pendings.attach(await pendings.handoff(pending), 'portal')).toMatchObject({ passed: totp });
    expect((await current(cookie)).passed).toMatchObject(totp);
  });

  it('of what was released goes to no other portal browser', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    await released(await current(cookie), answer);
    expect(await pendings.attach(await pendings.handoff(pending), 'other')).toBeUndefined();
  });
});

describe('R01 a step on the portal', () => {
  it.each<[string, (pending: Pending, portal: string) => Promise<Pending | undefined>]>([
    ['pass', (pending, portal) => pendings.pass(pending, portal, totp)],
    ['step', (pending, portal) => pendings.step(pending, portal, { draft: { kind: 'totp', secret: 's' } })],
  ])('%s counts from the browser that took the handoff only, and not after release', async (_name, act) => {
    const { pending, cookie } = await opened();
    expect(await act(pending, 'portal')).toBeUndefined();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    expect(await act(pending, 'other')).toBeUndefined();
    expect(await act(pending, 'portal')).toBeDefined();
    await pendings.pass(pending, 'portal', totp);
    await pendings.releaseCode(pending);
    await released(await current(cookie), answer);
    expect(await act(pending, 'portal')).toBeUndefined();
  });

  it('that passes is dated now, or when the session proved it, and drops what was being set up', async () => {
    const { pending } = await opened();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    await pendings.step(pending, 'portal', { draft: { kind: 'totp', secret: 's' } });
    now += 5;
    const done = await pendings.pass(pending, 'portal', totp);
    expect(done).toMatchObject({ passed: { ...totp, at: start + 5 } });
    expect(done?.draft).toBeUndefined();
    expect(await pendings.pass(pending, 'portal', { ...totp, at: start - 7 })).toMatchObject({
      passed: { ...totp, at: start - 7 },
    });
  });

  it('is not needed inside a living session, while no portal browser took it', async () => {
    const one = await opened();
    expect(await pendings.passBySession(one.pending, { ...totp, at: 3, by: 'session' })).toMatchObject({
      passed: { ...totp, at: 3 },
    });
    const other = await opened();
    await pendings.attach(await pendings.handoff(other.pending), 'portal');
    expect(await pendings.passBySession(other.pending, { ...totp, at: 3, by: 'session' })).toBeUndefined();
  });

  it('extends the life only once set-up was allowed, and never beyond an hour', async () => {
    const { pending, cookie } = await opened();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    now = start + 9 * minute;
    await pendings.step(pending, 'portal', { draft: { kind: 'totp', secret: 's' } });
    expect((await current(cookie)).expiresAt).toBe(start + pendingLifetime);
    await pendings.step(pending, 'portal', { setUp: { by: 'activation-code', at: now, upTo: 2 } });
    expect((await current(cookie)).expiresAt).toBe(now + pendingLifetime);
    for (const at of [18, 27, 36, 45, 54]) {
      now = start + at * minute;
      await pendings.step(pending, 'portal', {});
    }
    expect((await current(cookie)).expiresAt).toBe(start + pendingHardEnd);
    await pendings.pass(pending, 'portal', totp);
    await pendings.releaseCode(pending);
    now = start + pendingHardEnd - 1;
    expect((await current(cookie)).expiresAt).toBe(start + pendingHardEnd);
    now = start + pendingHardEnd;
    expect(await pendings.byCookie(cookie)).toBeUndefined();
    expect(await pendings.step(pending, 'portal', {})).toBeUndefined();
  });

  it('brings back nothing that has ended', async () => {
    const { pending } = await opened();
    const code = await pendings.handoff(pending);
    await pendings.attach(code, 'portal');
    now = start + pendingLifetime;
    expect(
      await pendings.step(pending, 'portal', { setUp: { by: 'activation-code', at: now, upTo: 2 } }),
    ).toBeUndefined();
    expect(await pendings.pass(pending, 'portal', totp)).toBeUndefined();
    expect(await pendings.passBySession(pending, { ...totp, at: now, by: 'session' })).toBeUndefined();
  });
});

describe('R01 release', () => {
  it('has a code for who passed only', async () => {
    const { pending } = await opened();
    expect(await pendings.releaseCode(pending)).toBeUndefined();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    expect(await pendings.releaseCode(pending)).toBeUndefined();
    await pendings.pass(pending, 'portal', totp);
    expect(await pendings.releaseCode(pending)).toBeDefined();
  });

  it('opens by that code, within 30 seconds', async () => {
    const { pending, cookie } = await passed();
    const code = (await pendings.releaseCode(pending)) ?? '';
    const ready = await current(cookie);
    for (const wrong of ['', code.slice(1), `${code}x`, ready.releaseCode?.hash ?? ''])
      expect(pendings.opens(ready, wrong)).toBe(false);
    now = start + codeLifetime;
    expect(pendings.opens(ready, code)).toBe(true);
    now += 1;
    expect(pendings.opens(ready, code)).toBe(false);
  });

  it('opens by the newest code only, and by that of no other pending', async () => {
    const { pending, cookie } = await passed();
    const other = await passed('other');
    const old = (await pendings.releaseCode(pending)) ?? '';
    const foreign = (await pendings.releaseCode(other.pending)) ?? '';
    const stale = await current(cookie);
    const code = (await pendings.releaseCode(pending)) ?? '';
    const ready = await current(cookie);
    expect([old, foreign, code].map(one => pendings.opens(ready, one))).toEqual([false, false, true]);
    expect(await released(stale, answer)).toBeUndefined();
    expect(pendings.opens({ ...ready, passed: undefined }, code)).toBe(false);
  });

  it('is done once, of fifty at the same moment, and empties the quarantine', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    const ready = await current(cookie);
    const done = await Promise.all(
      Array.from({ length: 50 }, (_none, n) => released(ready, { ...answer, location: `/${n}` })),
    );
    const first = done.filter(one => one !== undefined);
    expect(first).toHaveLength(1);
    const after = await current(cookie);
    expect(after).toMatchObject({ released: first[0]?.released, quarantine: { cookies: [] } });
    expect(after.quarantine.location).toBeUndefined();
    expect(await pendings.releaseCode(pending)).toBeUndefined();
  });

  it('that broke is tried again by one: after it said so at once, else after 15 seconds', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    const ready = await current(cookie);
    const first = await pendings.claim(ready);
    expect(first?.before).toBeUndefined();
    expect([await pendings.claim(ready), await pendings.releaseCode(ready)]).toEqual([undefined, undefined]);
    await pendings.unclaim(ready, first?.id ?? '');
    const second = await pendings.claim(ready);
    expect(second?.before).toBe(first?.id);
    // What is not its own any more, it cannot give back.
    await pendings.unclaim(ready, first?.id ?? '');
    now += 14_999;
    expect(await pendings.claim(ready)).toBeUndefined();
    now += 1;
    const tries = await Promise.all(Array.from({ length: 20 }, () => pendings.claim(ready)));
    const third = tries.filter(one => one !== undefined);
    expect(third.map(({ before }) => before)).toEqual([second?.id]);
    expect(await pendings.release(ready, second?.id ?? '', answer)).toBeUndefined();
    expect((await pendings.release(ready, third[0]?.id ?? '', answer))?.released).toEqual(answer);
    await pendings.unclaim(ready, third[0]?.id ?? '');
    expect([await pendings.claim(ready), (await current(cookie)).released]).toEqual([undefined, answer]);
  });

  it('leaves its answer to be repeated for 30 seconds, then nothing', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    await released(await current(cookie), answer);
    now = start + codeLifetime - 1;
    expect((await current(cookie)).released).toEqual(answer);
    now = start + codeLifetime;
    expect(await pendings.byCookie(cookie)).toBeUndefined();
  });

  it('rule 2 is refused to who never passed, whoever asks', async () => {
    const { pending, cookie } = await opened();
    expect(await released(pending, answer)).toBeUndefined();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    expect(await released(await current(cookie), answer)).toBeUndefined();
    expect((await current(cookie)).quarantine.cookies).toHaveLength(1);
  });

  it('rule 2 is refused to who passed and has no code', async () => {
    const { pending } = await passed();
    expect(await released(pending, answer)).toBeUndefined();
  });
});

describe('R09 pendings are capped', () => {
  const count = async (more: Partial<NewPending>, cap: number, tries: number, browser?: string) => {
    const made = await Promise.all(
      Array.from({ length: tries }, () => pendings.open({ ...fresh, ...more }, cap, browser)),
    );
    return made.filter(one => one !== undefined).length;
  };

  it('per account, whatever the source, however many at once', async () => {
    expect(await count({}, 3, 50)).toBe(3);
    expect(await count({ source: '192.0.2.2' }, 3, 1)).toBe(0);
    expect(await count({ name: 'bram' }, 3, 1)).toBe(1);
    expect(await count({ realm: 'other' }, 3, 1)).toBe(1);
  });

  it('apart for a known browser, so that strangers with the password use up none of the owner', async () => {
    await count({}, 3, 3);
    expect(await count({}, 3, 50, 'browser of anna')).toBe(3);
    expect(await count({}, 3, 1, 'other browser of anna')).toBe(1);
  });

  it('per source, and a full source takes no place of the account', async () => {
    for (let n = 0; n < 80; n += 1) await pendings.open({ ...fresh, name: `n${n}` }, 2);
    expect(await count({}, 2, 5)).toBe(0);
    expect(await count({ source: '192.0.2.2' }, 2, 5)).toBe(2);
  });

  it('while they live: one that was released, given up or has ended makes room', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    const second = await opened();
    expect(await count({}, 2, 1)).toBe(0);
    await released(await current(cookie), answer);
    expect(await count({}, 2, 2)).toBe(1);
    await pendings.abandon(second.pending);
    expect(await count({}, 2, 2)).toBe(1);
    now = start + pendingLifetime;
    expect(await count({}, 2, 5)).toBe(2);
  });

  it('and what was given up is gone', async () => {
    const { pending, cookie } = await opened();
    await pendings.abandon(pending);
    await pendings.abandon(pending);
    expect(await pendings.byCookie(cookie)).toBeUndefined();
    expect(await store.get(`pending:{${pending.id}}`)).toBeUndefined();
  });
});

describe('rule 3: a pending sign-in that is changed by the copy in hand', () => {
  /** The same store, as another instance has it open. */
  const elsewhere = () => new PendingSignIns({ store, ring, clock, random: systemRandom });

  it('keeps what another instance wrote since it was read', async () => {
    const { pending, cookie } = await opened();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    const copy = await current(cookie);
    await elsewhere().step(await current(cookie), 'portal', { trustAnswered: true });
    await pendings.step(copy, 'portal', { draft: { kind: 'totp', secret: 's' } });
    expect(await current(cookie)).toMatchObject({ trustAnswered: true, draft: { kind: 'totp' } });
  });

  it('is asked anew where the copy says no', async () => {
    const { pending, cookie } = await opened();
    await pendings.attach(await pendings.handoff(pending), 'portal');
    const copy = await current(cookie);
    expect(await pendings.releaseCode(copy)).toBeUndefined();
    await elsewhere().pass(await current(cookie), 'portal', totp);
    expect(await pendings.releaseCode(copy)).toBeDefined();
  });

  it('R40: is not brought back by a copy of before it was given up', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    const copy = await current(cookie);
    await elsewhere().abandon(copy);
    expect(await pendings.claim(copy)).toBeUndefined();
    expect(await pendings.releaseCode(copy)).toBeUndefined();
    expect(await pendings.byCookie(cookie)).toBeUndefined();
  });

  it('is claimed by one, with one copy at many instances', async () => {
    const { pending, cookie } = await passed();
    await pendings.releaseCode(pending);
    const instances = Array.from({ length: 10 }, elsewhere);
    const own = await Promise.all(instances.map(async at => ({ at, copy: await at.byCookie(cookie) })));
    const claims = await Promise.all(own.map(({ at, copy }) => (copy === undefined ? undefined : at.claim(copy))));
    expect(claims.filter(claim => claim !== undefined)).toHaveLength(1);
  });

  it('does nothing once its time is over, whatever the copy says', async () => {
    const { pending, cookie } = await passed();
    const copy = await current(cookie);
    now = pending.expiresAt;
    expect(await pendings.releaseCode(copy)).toBeUndefined();
  });

  it('R08: all that passed, or is passing, is given up, however much stands beside it', async () => {
    const { cookie, pending } = await passed();
    const many = Array.from({ length: 1100 }, (_, at) => ({ ...pending, id: String(at).padStart(22, '-') }));
    for (const other of many) await pendings.announce(other, undefined);
    await pendings.abandonPassed({ realm: 'r', name: 'anna' });
    expect(await pendings.byCookie(cookie)).toBeUndefined();
  });
});
