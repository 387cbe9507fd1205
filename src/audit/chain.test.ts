import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../kernel/hash.ts';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { LogEntry, Store } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { canonical } from './canonical.ts';
import { type AuditEntry, AuditTrail, auditHead, auditLog } from './chain.ts';
import type { AuditEvent } from './event.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 9, 30) };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const foreignRing = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 2) }], systemRandom);

function event(index: number, name = 'anna'): AuditEvent {
  return { realm: 'gemeente', type: 'sign-in.failed', app: 'webmail', name: `${name}${index}`, source: '192.0.2.1' };
}

function emptyStore(): Promise<SqliteStore> {
  return SqliteStore.open({ path: ':memory:', clock });
}

function trailOn(store: Store, log: (entry: AuditEntry) => void = () => undefined, keys = ring): AuditTrail {
  return new AuditTrail({ store, ring: keys, clock, random: systemRandom, log });
}

/** A row of the log: the text, and what stands beside it. */
type Row = Pick<LogEntry, 'entry' | 'asides'>;

async function written(entries: number, keys = ring, name = 'anna'): Promise<{ rows: Row[]; head: string }> {
  const store = await emptyStore();
  const trail = trailOn(store, undefined, keys);
  for (let index = 0; index < entries; index += 1) await trail.record(event(index, name));
  return kept(store);
}

async function kept(store: Store): Promise<{ rows: Row[]; head: string }> {
  const rows = await store.read(auditLog, 0, 1000);
  const head = (await store.get(auditHead))?.value ?? '';
  await store.close();
  return { rows, head };
}

/** As entries were written before their personal parts stood beside them: all of it in the one text. */
async function writtenOnce(entries: number, keys = ring, name = 'anna'): Promise<{ rows: Row[]; head: string }> {
  const rows: Row[] = [];
  let previous = 'A'.repeat(43);
  for (let number = 1; number <= entries; number += 1) {
    const body = { number, at: new Date(clock.now()).toISOString(), event: event(number - 1, name), previous };
    const hash = sha256(canonical(body));
    rows.push({ entry: canonical({ ...body, hash, mac: keys.mac('audit entry', hash) }) });
    previous = hash;
  }
  const mac = keys.mac('audit head', `${entries} ${previous}`);
  return { rows, head: JSON.stringify({ number: entries, hash: previous, mac }) };
}

async function putBack(rows: readonly Row[], head: string | undefined): Promise<SqliteStore> {
  const store = await emptyStore();
  for (const [index, { entry, asides }] of rows.entries()) await store.append(auditLog, index, entry, asides);
  if (head !== undefined) await store.create(auditHead, head);
  return store;
}

async function verdictOn(rows: readonly Row[], head: string | undefined) {
  const store = await putBack(rows, head);
  const verdict = await trailOn(store).verify();
  await store.close();
  return verdict;
}

const length = 8;
const position = fc.nat({ max: length - 1 });
const forms = [
  { form: 'entries of the first form', write: writtenOnce },
  { form: 'entries with parts beside them', write: written },
] as const;

function rowOf(rows: readonly Row[], at: number): Row {
  return rows[at] ?? { entry: '' };
}

describe('the audit trail', () => {
  it('R37: keeps each event with its number, time and the hash of the one before, and logs it then', async () => {
    const store = await emptyStore();
    const logged: AuditEntry[] = [];
    const trail = trailOn(store, entry => logged.push(entry));
    for (const index of [0, 1, 2]) await trail.record(event(index));
    const tail = await trail.tail(2);
    expect(tail.map(entry => entry.number)).toEqual([2, 3]);
    expect(tail[1]).toMatchObject({ at: '2026-11-22T09:30:00.000Z', event: event(2), previous: tail[0]?.hash });
    expect(await trail.tail(50)).toEqual(logged);
    expect(await trail.verify()).toEqual({ ok: true, entries: 3 });
    await store.close();
  });

  it('is whole while it is empty', async () => {
    const store = await emptyStore();
    expect(await trailOn(store).verify()).toEqual({ ok: true, entries: 0 });
    expect(await trailOn(store).tail(10)).toEqual([]);
    await store.close();
  });

  it('stays one chain where several write to it at once', async () => {
    const store = await emptyStore();
    const trails = [trailOn(store), trailOn(store), trailOn(store)];
    await Promise.all(Array.from({ length: 60 }, (_, index) => trails[index % 3]?.record(event(index))));
    expect(await trailOn(store).verify()).toEqual({ ok: true, entries: 60 });
    const names = (await trailOn(store).tail(60)).map(entry => 'name' in entry.event && entry.event.name);
    expect(new Set(names).size).toBe(60);
    await store.close();
  });

  it('never lets a slower writer put the mark of its length back', async () => {
    const store = await emptyStore();
    const quick = trailOn(store);
    const appended = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    // The slow one has appended its entry and is held just before it moves the mark.
    const held: Store = Object.create(store, {
      append: {
        value: async (...given: Parameters<Store['append']>) => {
          const done = await store.append(...given);
          appended.resolve();
          await go.promise;
          return done;
        },
      },
    });
    for (const name of ['get', 'create', 'replace', 'head'] as const) {
      Object.defineProperty(held, name, { value: store[name].bind(store) });
    }
    await quick.record(event(0));
    const slow = trailOn(held).record(event(1));
    await appended.promise;
    await quick.record(event(2));
    go.resolve();
    await slow;
    expect(JSON.parse((await store.get(auditHead))?.value ?? '')).toMatchObject({ number: 3 });
    expect(await quick.verify()).toEqual({ ok: true, entries: 3 });
    await store.close();
  });

  it('is read over many pages', async () => {
    const store = await emptyStore();
    const trail = trailOn(store);
    await Promise.all(Array.from({ length: 1003 }, (_, index) => trail.record(event(index))));
    expect(await trail.verify()).toEqual({ ok: true, entries: 1003 });
    expect(await trail.tail(700)).toHaveLength(700);
    await store.close();
  });

  it('goes on behind what stands where a failover lost entries that were written here', async () => {
    const [before, after] = [await emptyStore(), await emptyStore()];
    let standing: Store = before;
    const switched = new Proxy(before, {
      get: (_, name) => (standing[name as keyof Store] as () => unknown).bind(standing),
    });
    const trail = trailOn(switched);
    for (let index = 0; index < 3; index += 1) await trail.record(event(index));
    // The new master has the first one only, and another instance wrote as many behind it.
    const [first] = await before.read(auditLog, 0, 1);
    await after.append(auditLog, 0, first?.entry ?? '', first?.asides);
    for (let index = 3; index < 5; index += 1) await trailOn(after).record(event(index));
    standing = after;
    await trail.record(event(5));
    expect(await trailOn(after).verify()).toEqual({ ok: true, entries: 4 });
    await Promise.all([before.close(), after.close()]);
  });

  it('rejects, and goes on later, where the store is lost', async () => {
    const store = await emptyStore();
    const logged: AuditEntry[] = [];
    const trail = trailOn(store, entry => logged.push(entry));
    await store.close();
    await expect(trail.record(event(0))).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(trail.record(event(1))).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(logged).toEqual([]);
  });

  it('keeps any text of a name whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async name => {
        const store = await emptyStore();
        await trailOn(store).record({ ...event(0), type: 'sign-in.failed', name } as AuditEvent);
        expect(await trailOn(store).verify()).toEqual({ ok: true, entries: 1 });
        expect((await trailOn(store).tail(1))[0]?.event).toMatchObject({ name });
        await store.close();
      }),
      { numRuns: 50 },
    );
  });
});

describe.each(forms)('tampering with $form', async ({ write }) => {
  const good = await write(length);
  const foreign = await write(length, foreignRing);
  const withText = (at: number, entry: string): Row[] => good.rows.with(at, { ...good.rows[at], entry });

  it('is what these tests do: unaltered rows are whole', async () => {
    expect(await verdictOn(good.rows, good.head)).toEqual({ ok: true, entries: length });
  });

  it('R37: any changed, added or missing sign is found, at its entry', async () => {
    await fc.assert(
      fc.asyncProperty(
        position,
        fc.nat(),
        fc.constantFrom(0, 1),
        fc.string({ maxLength: 2 }),
        async (at, spot, cut, put) => {
          const text = good.rows[at]?.entry ?? '';
          const start = spot % text.length;
          const changed = text.slice(0, start) + put + text.slice(start + cut);
          fc.pre(changed !== text);
          const verdict = await verdictOn(withText(at, changed), good.head);
          expect(verdict).toMatchObject({ ok: false, number: at + 1 });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('R37: a removed entry is found, the last one too', async () => {
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: length }), async (at, many) => {
        const verdict = await verdictOn(good.rows.toSpliced(at, many), good.head);
        expect(verdict).toMatchObject({ ok: false, number: at + 1 });
      }),
    );
  });

  it('R37: swapped entries are found', async () => {
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        fc.pre(a !== b);
        const rows = good.rows.with(a, rowOf(good.rows, b)).with(b, rowOf(good.rows, a));
        expect(await verdictOn(rows, good.head)).toMatchObject({ ok: false, number: Math.min(a, b) + 1 });
      }),
    );
  });

  it('R37: an inserted entry is found: doubled, or of another chain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: length }), position, fc.boolean(), async (at, from, own) => {
        const row = rowOf((own ? good : foreign).rows, from);
        const verdict = await verdictOn(good.rows.toSpliced(at, 0, row), good.head);
        // Doubled in front of itself, the second of the two is the one too many.
        expect(verdict).toMatchObject({ ok: false, number: own && from === at ? at + 2 : at + 1 });
      }),
    );
  });

  it('R37: an entry that says the same in other words is found: spaces, order, escapes, a name twice', async () => {
    const text = rowOf(good.rows, 2).entry;
    const { at, ...rest } = JSON.parse(text) as AuditEntry;
    const spellings = [
      ` ${text}`,
      `${text}\n`,
      text.replace('":', '" :'),
      text.replace('sign-in', '\\u0073ign-in'),
      text.replace('{', '{"at":"earlier",'),
      JSON.stringify({ ...rest, at }),
      text.replace('"number":3', '"number":3.0'),
      text.replace('"number":3', '"number":3,"note":1'),
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(text);
      const verdict = await verdictOn(withText(2, spelling), good.head);
      expect(verdict).toEqual({ ok: false, number: 3, reason: 'unreadable' });
    }
  });

  it('R37: an entry written with the same keys in another store is found, at its own number too', async () => {
    const sibling = await write(length, ring, 'bram');
    for (let at = 1; at < length; at += 1) {
      const verdict = await verdictOn(good.rows.with(at, rowOf(sibling.rows, at)), good.head);
      expect(verdict).toEqual({ ok: false, number: at + 1, reason: 'previous' });
    }
    expect(await verdictOn(sibling.rows, good.head)).toEqual({ ok: false, number: length, reason: 'head' });
  });

  it('R37: a chain made anew with right hashes but another key is found', async () => {
    expect(await verdictOn(foreign.rows, good.head)).toEqual({ ok: false, number: 1, reason: 'mac' });
    expect(await verdictOn(foreign.rows, foreign.head)).toEqual({ ok: false, number: 1, reason: 'mac' });
  });

  it('R37: one entry changed and all hashes behind it computed anew is found', async () => {
    // The forger has the old MACs and can compute every hash, but has no key.
    let previous = '';
    const forged = good.rows.map((row, index): Row => {
      const { hash: before, mac, ...rest } = JSON.parse(row.entry) as AuditEntry;
      if (index < 3) {
        previous = before;
        return row;
      }
      const body = { ...rest, previous, event: index === 3 ? { ...rest.event, app: 'other' } : rest.event };
      previous = sha256(canonical(body));
      return { ...row, entry: canonical({ ...body, hash: previous, mac }) };
    });
    expect(await verdictOn(forged, good.head)).toEqual({ ok: false, number: 4, reason: 'mac' });
  });

  it('R37: the mark of its length cannot be taken away, changed or made up', async () => {
    expect(await verdictOn(good.rows, undefined)).toMatchObject({ ok: false, reason: 'head' });
    const shorter = good.rows.slice(0, 5);
    const { number, hash } = JSON.parse(rowOf(shorter, 4).entry) as AuditEntry;
    const { mac } = JSON.parse(good.head) as AuditEntry;
    for (const head of [JSON.stringify({ number, hash, mac }), '{}', 'null', 'nonsense', foreign.head]) {
      expect(await verdictOn(shorter, head)).toMatchObject({ ok: false, reason: 'head' });
    }
    expect(await verdictOn(shorter, good.head)).toEqual({ ok: false, number: 6, reason: 'cut-off' });
    expect(await verdictOn([], good.head)).toEqual({ ok: false, number: 1, reason: 'cut-off' });
  });
});

describe('a damaged trail', () => {
  it('goes on recording behind a damaged entry, which stays found', async () => {
    const store = await emptyStore();
    const good = await written(length);
    const { entry, asides } = rowOf(good.rows, 0);
    await store.append(auditLog, 0, entry, asides);
    await store.append(auditLog, 1, 'nonsense');
    await store.create(auditHead, good.head);
    await trailOn(store).record(event(9));
    expect((await trailOn(store).tail(10)).map(entry => entry.number)).toEqual([1, 3]);
    expect(await trailOn(store).verify()).toEqual({ ok: false, number: 2, reason: 'unreadable' });
    await store.close();
  });

  it('R37: a row deleted from the file itself is found', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluis-audit-'));
    const path = join(folder, 'sluis.db');
    const store = await SqliteStore.open({ path, clock });
    for (const index of [0, 1, 2, 3]) await trailOn(store).record(event(index));
    const db = new DatabaseSync(path);
    db.exec('DELETE FROM entry WHERE number = 2');
    db.close();
    expect(await trailOn(store).verify()).toEqual({ ok: false, number: 2, reason: 'missing' });
    await store.close();
    rmSync(folder, { recursive: true });
  });
});
