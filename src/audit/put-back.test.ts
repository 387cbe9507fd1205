import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { LogEntry } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { AuditTrail, auditHead, auditLog, type Noted } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { HeadWatch } from './head-watch.ts';
import { notedText, readNoted } from './noted.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 9, 30) };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const opened: SqliteStore[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(store => store.close()));
});

function event(name: string): AuditEvent {
  return { realm: 'gemeente', type: 'sign-in.failed', app: 'webmail', name, source: '192.0.2.1' };
}

async function emptyTrail(): Promise<{ store: SqliteStore; trail: AuditTrail }> {
  const store = await SqliteStore.open({ path: ':memory:', clock });
  opened.push(store);
  return { store, trail: new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined }) };
}

async function newestOf(trail: AuditTrail): Promise<Noted> {
  const newest = await trail.newest();
  if (newest === undefined) throw new Error('the trail is empty');
  return newest;
}

interface Saved {
  readonly rows: readonly LogEntry[];
  readonly head: string;
}

/** What whoever can read the store saves at some time: the rows, and the genuine head of that time. */
async function saved(store: SqliteStore): Promise<Saved> {
  return { rows: await store.read(auditLog, 0, 500), head: (await store.get(auditHead))?.value ?? '' };
}

/** A store in which these rows stand, from whatever number on, with this head: all that he can write without the keys. */
async function puttingBack({ rows, head }: Saved) {
  const made = await emptyTrail();
  const first = rows[0]?.number ?? 1;
  // A log begins with 1; what is to be missing is appended and trimmed.
  for (let number = 1; number < first; number += 1) await made.store.append(auditLog, number - 1, 'gone');
  for (const row of rows) await made.store.append(auditLog, row.number - 1, row.entry, row.asides);
  if (first > 1) await made.store.trim(auditLog, first);
  await made.store.create(auditHead, head);
  return made;
}

/** A trail of so many entries, as it stood after each. */
async function grown(entries: number) {
  const { store, trail } = await emptyTrail();
  const states: Saved[] = [];
  const heads: Noted[] = [];
  for (let index = 0; index < entries; index += 1) {
    await trail.record(event(`anna${index}`));
    states.push(await saved(store));
    heads.push(await newestOf(trail));
  }
  const at = <T>(list: readonly T[], number: number): T => {
    const found = list[number - 1];
    if (found === undefined) throw new Error(`no entry ${number}`);
    return found;
  };
  return { state: (number: number) => at(states, number), head: (number: number) => at(heads, number) };
}

describe('R37: entries cut off at the end, with the head put back that was saved when the trail ended there', () => {
  it('is whole for who asks the store alone, and is found by a head that was noted elsewhere', async () => {
    const { state, head } = await grown(8);
    const { trail } = await puttingBack(state(5));
    // What the decision says: the head lies in the same store, so by itself the store cannot tell.
    expect(await trail.verify()).toEqual({ ok: true, entries: 5 });
    for (const noted of [6, 7, 8])
      expect(await trail.verify(head(noted))).toEqual({ ok: false, number: 6, reason: 'cut-off' });
    expect(await trail.verify(head(5))).toEqual({ ok: true, entries: 5 });
  });

  it('is found just when a head was noted after the cut, however many entries were written since', async () => {
    const length = 6;
    const { state, head } = await grown(length);
    const number = fc.integer({ min: 1, max: length });
    await fc.assert(
      fc.asyncProperty(number, number, fc.nat({ max: 8 }), async (cut, noted, more) => {
        const { store, trail } = await puttingBack(state(cut));
        for (let index = 0; index < more; index += 1) await trail.record(event(`bram${index}`));
        expect(await trail.verify()).toEqual({ ok: true, entries: cut + more });
        const verdict = await trail.verify(head(noted));
        if (noted <= cut) expect(verdict).toEqual({ ok: true, entries: cut + more });
        else if (noted <= cut + more) expect(verdict).toEqual({ ok: false, number: noted, reason: 'noted' });
        else expect(verdict).toEqual({ ok: false, number: cut + more + 1, reason: 'cut-off' });
        expect(await trail.holds(head(noted))).toBe(noted <= cut);
        await store.close();
        opened.splice(0);
      }),
      { numRuns: 60 },
    );
  });

  it('a newer genuine head of the store is missed as it was: the older rows alone are found without a noted one', async () => {
    const { state } = await grown(8);
    const { trail } = await puttingBack({ ...state(5), head: state(8).head });
    expect(await trail.verify()).toEqual({ ok: false, number: 6, reason: 'cut-off' });
  });

  it('is found by the process that noted the head before, and told once', async () => {
    const { state, head } = await grown(8);
    const [now, before] = [await puttingBack(state(5)), await puttingBack(state(8))];
    let standing = before.trail;
    const notes: Noted[] = [];
    const alarms: unknown[] = [];
    const trail = { newest: () => standing.newest(), holds: (noted: Noted) => standing.holds(noted) };
    const watch = new HeadWatch({ trail, note: one => notes.push(one), alarm: gone => alarms.push(gone) });
    await watch.round();
    await before.trail.record(event('later'));
    await watch.round();
    expect(alarms).toEqual([]);
    const last = await newestOf(before.trail);
    standing = now.trail;
    await watch.round();
    await watch.round();
    expect(alarms).toEqual([{ noted: last, now: head(5) }]);
    expect(notes).toEqual([head(8), last, head(5), head(5)]);
  });

  it('an empty trail has nothing to note, and one that was emptied is found', async () => {
    const { trail } = await emptyTrail();
    const notes: Noted[] = [];
    await new HeadWatch({ trail, note: one => notes.push(one), alarm: () => undefined }).round();
    expect([notes, await trail.newest()]).toEqual([[], undefined]);
    const { head } = await grown(2);
    expect(await trail.verify(head(2))).toEqual({ ok: false, number: 1, reason: 'cut-off' });
    expect(await trail.holds(head(2))).toBe(false);
  });
});

describe('R61: what was taken away lawfully, and a noted head', () => {
  const why = { realm: '', because: 'retention' } as const;

  it('compares one whose entry is gone by the entry behind it, and says which it cannot compare', async () => {
    const { store, trail } = await emptyTrail();
    const heads: Noted[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      await trail.record(event(name));
      heads.push(await newestOf(trail));
    }
    await trail.cut(2, why);
    const [first, second, third] = heads;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three');
    const whole = { ok: true, entries: 5, removed: { entries: 2, who: 0, where: 0 } };
    expect(await trail.verify(second, third)).toEqual(whole);
    expect(await trail.verify(first)).toEqual({ ...whole, uncompared: 1 });
    expect(await trail.verify({ ...second, hash: first.hash })).toEqual({ ok: false, number: 2, reason: 'noted' });
    // The watch of a process is not alarmed: `verify` says whether it was lawful.
    expect([await trail.holds(first), await trail.holds({ number: 9, hash: first.hash })]).toEqual([true, false]);
    expect((await saved(store)).rows[0]?.number).toBe(3);
  });

  /** Entries 1 to 5 as they stood, then the name at 2 is taken away (entry 6), and the first two whole (entry 7). */
  async function removed() {
    const { store, trail } = await emptyTrail();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await trail.record(event(name));
    const before = await saved(store);
    await trail.remove('who', [2], { realm: 'gemeente', because: 'erasure', person: 'p' });
    const after = await saved(store);
    const noted = await newestOf(trail);
    await trail.cut(2, why);
    return { before, after, noted, last: await saved(store), lastNoted: await newestOf(trail) };
  }

  it('a removal cut off leaves its gap unlawful: found with no head but that of the store', async () => {
    const { before, after, last } = await removed();
    const pointers = await puttingBack({ rows: after.rows.slice(0, 5), head: before.head });
    expect(await pointers.trail.verify()).toEqual({ ok: false, number: 2, reason: 'part-gone' });
    // Nor does a later removal with the same number, of something else, make it lawful.
    await pointers.trail.remove('who', [3], { realm: 'gemeente', because: 'erasure', person: 'p' });
    expect(await pointers.trail.verify()).toEqual({ ok: false, number: 2, reason: 'part-gone' });
    const begun = await puttingBack({ rows: last.rows.slice(0, -1), head: after.head });
    expect(await begun.trail.verify()).toEqual({ ok: false, number: 1, reason: 'missing' });
  });

  it('a removal undone, with what it took away put back, is found by a noted head only', async () => {
    const { before, noted, lastNoted } = await removed();
    const { trail } = await puttingBack(before);
    expect(await trail.verify()).toEqual({ ok: true, entries: 5 });
    expect((await trail.tail(4))[0]?.event).toMatchObject({ name: 'b' });
    for (const one of [noted, lastNoted])
      expect(await trail.verify(one)).toEqual({ ok: false, number: 6, reason: 'cut-off' });
  });
});

describe('a head as people note it', () => {
  it('is read as it is written, and nothing else is', () => {
    const noted = { number: 1_234, hash: 'aB3_-'.repeat(9).slice(0, 43) };
    expect(readNoted(` ${notedText(noted)}\n`)).toEqual(noted);
    for (const odd of [
      '',
      '1234',
      `0:${noted.hash}`,
      `-1:${noted.hash}`,
      `1:${noted.hash}A`,
      `1:${noted.hash.slice(1)}=`,
    ])
      expect(readNoted(odd), odd).toBeUndefined();
  });
});
