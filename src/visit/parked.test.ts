import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEvent } from '../audit/event.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Session } from '../session/session.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { type NewParked, type Parked, ParkedSubmissions, parkedLifetime } from './parked.ts';

const minute = 60_000;
const hers: Session = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  realm: 'r',
  app: 'webmail',
  person: 'p-anna',
  name: 'anna',
  level: 2,
  factor: 'totp',
  factorAt: 0,
  beganAt: 0,
  absoluteEnd: 1e12,
  lastSeen: 0,
  identifier: 'i',
  previous: undefined,
  sealKey: 'k',
  portal: 'browser-1',
};
const later: Session = { ...hers, id: 'BBBBBBBBBBBBBBBBBBBBBB' };
const fresh: NewParked = {
  why: 'step-up',
  framed: false,
  target: '/opstellen?aan=bram',
  contentType: 'text/plain',
  origin: 'https://webmail.test',
  referer: undefined,
  body: Buffer.from('SECRET OF ANNA').toString('base64'),
};
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);

let now: number;
let store: SqliteStore;
let parked: ParkedSubmissions;
let events: AuditEvent[];

beforeEach(async () => {
  now = 1_000_000;
  const clock = { now: () => now };
  store = await SqliteStore.open({ path: ':memory:', clock });
  events = [];
  const audit = { record: async (event: AuditEvent) => void events.push(event) };
  parked = new ParkedSubmissions({ store, ring, clock, random: systemRandom, audit });
});

async function park(session: Session, form: NewParked = fresh): Promise<Parked> {
  const kept = await parked.park(session, form);
  if (kept === undefined) throw new Error('not kept');
  return kept;
}

const told = () => events.map(event => ('reason' in event ? `${event.type} ${event.reason}` : event.type));

it('CWE-770: is read once for presses that come together, and anew for the next', async () => {
  await park(hers);
  const get = vi.spyOn(store, 'get');
  const found = await Promise.all(Array.from({ length: 200 }, () => parked.of(hers)));
  expect(found.filter(one => one?.person === hers.person)).toHaveLength(200);
  expect(get).toHaveBeenCalledTimes(1);
  await parked.drop(hers.id, 'thrown-away');
  expect(await parked.of(hers)).toBeUndefined();
});

describe('R25: a form that waits', () => {
  it('is found by its own session and by nothing else', async () => {
    const kept = await park(hers);
    expect(await parked.of(hers)).toEqual(kept);
    expect(kept).toMatchObject({ ...fresh, session: hers.id, name: 'anna', replaced: false });
    for (const other of [
      later,
      { ...hers, person: 'p-bram' },
      { ...hers, name: 'bram' },
      { ...hers, realm: 's' },
      { ...hers, app: 'wiki' },
      { ...hers, id: '../../x' },
    ])
      expect(await parked.of(other)).toBeUndefined();
  });

  it('lives for minutes', async () => {
    await parked.park(hers, fresh);
    now += parkedLifetime['step-up'] - 1;
    expect(await parked.of(hers)).toBeDefined();
    now += 1;
    expect([await parked.of(hers), await store.get(`parked:{${hers.id}}`)]).toEqual([undefined, undefined]);
  });

  it('is one for each session: a newer one takes its place and says so', async () => {
    await parked.park(hers, fresh);
    const second = await park(hers, { ...fresh, target: '/b' });
    expect([second.replaced, (await parked.of(hers))?.target]).toEqual([true, '/b']);
    expect(told()).toEqual(['submission.parked', 'submission.dropped replaced', 'submission.parked']);
  });

  it('is sealed, and no event says what stands in it', async () => {
    await parked.park(hers, { ...fresh, body: Buffer.alloc(1024 * 1024, 'SECRET').toString('base64') });
    const text = (await store.get(`parked:{${hers.id}}`))?.value ?? '';
    expect(text.length).toBeGreaterThan(1_300_000);
    expect(Buffer.from(text.split('.')[1] ?? '', 'base64url').includes('U0VDUkVU')).toBe(false);
    // Longer than what a megabyte of random letters holds by chance.
    expect(text).not.toContain('"name":"anna"');
    expect(text).not.toContain(Buffer.from('"name":"anna"').toString('base64url').slice(0, 16));
    expect(JSON.stringify(events)).not.toMatch(/SECRET|opstellen/);
  });

  it('is not kept for who posts without end: each one would be an entry of the audit', async () => {
    for (let count = 0; count < 30; count += 1) expect(await parked.park(hers, fresh)).toBeDefined();
    expect(await parked.park(hers, fresh)).toBeUndefined();
    expect(await parked.park(later, fresh)).toBeDefined();
    now += parkedLifetime.expired;
    expect(await parked.park(hers, fresh)).toBeDefined();
  });

  it('sealed for one session, opens for no other', async () => {
    await parked.park(hers, fresh);
    await store.create(`parked:{${later.id}}`, (await store.get(`parked:{${hers.id}}`))?.value ?? '', minute);
    expect(await parked.of(later)).toBeUndefined();
  });

  it('is taken once, in the whole fleet, and is gone then', async () => {
    const kept = await park(hers);
    const takes = await Promise.all(Array.from({ length: 50 }, () => parked.take(kept)));
    expect(takes.filter(taken => taken)).toHaveLength(1);
    expect([await parked.of(hers), await parked.wasTaken(kept.id), told().at(-1)]).toEqual([
      undefined,
      true,
      'submission.sent',
    ]);
  });

  it('is not brought back for sending by a copy of before', async () => {
    const kept = await park(hers);
    await parked.adopt(hers.id, hers);
    await parked.take(kept);
    await parked.adopt(hers.id, hers);
    expect([await parked.of(hers), await parked.take(kept)]).toEqual([undefined, false]);
  });
});

describe('R08: after a new sign-in in that browser', () => {
  it('goes on with its own person, as one of a session that is over, with time to press the button', async () => {
    await parked.park(hers, { ...fresh, why: 'expired' });
    now += parkedLifetime.expired - minute;
    const adopted = await parked.adopt(hers.id, later);
    expect(adopted).toMatchObject({ session: later.id, why: 'expired', body: fresh.body });
    expect(await parked.of(hers)).toBeUndefined();
    now += parkedLifetime['step-up'] - 1;
    expect(await parked.of(later)).toEqual(adopted);
  });

  it('one that waited for a step-up is one of an old session then', async () => {
    await parked.park(hers, fresh);
    expect((await parked.adopt(hers.id, later))?.why).toBe('expired');
  });

  it('and so is one whose app began anew inside the same session', async () => {
    await parked.park(hers, fresh);
    await parked.outlived(hers);
    expect((await parked.of(hers))?.why).toBe('expired');
  });

  it.each([
    ['another person', { person: 'p-bram', name: 'bram' }],
    ['a person of the same name in another realm', { realm: 's' }],
    ['her new account of the old name', { person: 'p-anna-2' }],
  ])('of %s it is deleted', async (_who, change) => {
    await parked.park(hers, fresh);
    expect(await parked.adopt(hers.id, { ...later, ...change })).toBeUndefined();
    expect([await parked.of(hers), told().at(-1)]).toEqual([undefined, 'submission.dropped other-person']);
  });
});

describe('deleted with what it belongs to', () => {
  it('all of a person, all of a browser, whether a session names them still or not', async () => {
    await parked.park(hers, fresh);
    await parked.park({ ...later, portal: 'browser-2' }, fresh);
    await parked.dropOfBrowser('browser-2', 'session-ended');
    expect([await parked.of(hers), await parked.of(later)]).toEqual([expect.anything(), undefined]);
    await parked.dropOfPerson('p-anna', 'session-ended');
    expect(await parked.of(hers)).toBeUndefined();
  });

  it('a new realm cookie: hers moves along, that of somebody else is deleted', async () => {
    const his = { ...later, person: 'p-bram', name: 'bram' };
    await parked.park(hers, fresh);
    await parked.park(his, fresh);
    await parked.moveOf('browser-1', 'browser-9', 'p-anna');
    expect([await parked.of(hers), await parked.of(his)]).toEqual([expect.anything(), undefined]);
    await parked.dropOfBrowser('browser-1', 'session-ended');
    expect(await parked.of(hers)).toBeDefined();
    await parked.dropOfBrowser('browser-9', 'session-ended');
    expect(await parked.of(hers)).toBeUndefined();
  });
});
