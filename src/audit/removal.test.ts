import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { LogEntry } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { AuditTrail, auditHead, auditLog } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { goneText } from './parts.ts';
import { hasNumber, numbersText } from './removal-event.ts';

const clock = { now: () => Date.UTC(2026, 10, 22, 9, 30) };
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const otherRing = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 2) }], systemRandom);

const realm = 'gemeente';
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
/** With both parts, with one, with none; some of an operator, whose name is in the chain itself. */
const anyEvent: fc.Arbitrary<AuditEvent> = fc.oneof(
  fc.record({ name, source: fc.ipV4() }).map(who => ({ realm, type: 'sign-in.failed', app: 'post', ...who }) as const),
  name.map(
    text => ({ realm, type: 'session.ended', person: 'p', session: 's', reason: 'signed-out', name: text }) as const,
  ),
  fc.ipV6().map(source => ({ realm, type: 'browser.marked-shared', by: 'person', source }) as const),
  fc.constant({ realm: '', type: 'server.stopped' } as const),
  name.map(
    text =>
      ({
        ...{ realm: '@console', type: 'operator.acted' as const, person: 'o', name: 'eva@gemeente.test', act: 'close' },
        ...{ about: `gemeente/${text}`, reason: text, source: '192.0.2.1' },
      }) as const,
  ),
);
const anyRemoval = fc.oneof(
  fc.record({
    what: fc.constantFrom('who', 'where'),
    because: fc.constantFrom('retention', 'erasure'),
    from: fc.nat(),
    many: fc.nat({ max: 5 }),
  }),
  fc.record({ what: fc.constant('entries'), because: fc.constant('retention'), from: fc.nat(), many: fc.constant(0) }),
);
type Removal = typeof anyRemoval extends fc.Arbitrary<infer T> ? T : never;
const trails = fc.record({
  before: fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
  removals: fc.array(anyRemoval, { maxLength: 4 }),
  after: fc.array(anyEvent, { maxLength: 2 }),
});

async function open(rows: readonly LogEntry[] = [], head?: string): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path: ':memory:', clock });
  const first = rows[0]?.number ?? 1;
  for (let number = 0; number < first - 1; number += 1) await store.append(auditLog, number, '');
  for (const { number, entry, asides } of rows) await store.append(auditLog, number - 1, entry, asides);
  await store.trim(auditLog, first);
  if (head !== undefined) await store.create(auditHead, head);
  return store;
}

function trailOn(store: SqliteStore, keys = ring): AuditTrail {
  return new AuditTrail({ store, ring: keys, clock, random: systemRandom, log: () => undefined });
}

async function remove(trail: AuditTrail, { what, because, from, many }: Removal): Promise<void> {
  const [begin, end] = [await trail.begin(), await trail.end()];
  const at = begin + (from % (end - begin + 1));
  if (what === 'entries') return trail.cut(at - 1, { realm: '', because });
  // What is gone stays as it is, as whoever removes anything does it: of two removals that name the same either may be pointed to.
  const rows = (await trail.rows(at - 1, many + 1)).filter(({ entry }) => entry?.gone?.[what] === undefined);
  const numbers = rows.map(({ number }) => number);
  return trail.remove(what, numbers, { realm: '', because });
}

async function written({ before, removals, after }: typeof trails extends fc.Arbitrary<infer T> ? T : never) {
  const store = await open();
  const trail = trailOn(store);
  for (const event of before) await trail.record(event);
  for (const removal of removals) await remove(trail, removal);
  for (const event of after) await trail.record(event);
  const rows = await store.read(auditLog, 0, 1000);
  const head = (await store.get(auditHead))?.value ?? '';
  const verdict = await trail.verify();
  await store.close();
  return { rows, head, verdict };
}

async function verdictOn(rows: readonly LogEntry[], head: string) {
  const store = await open(rows, head);
  const verdict = await trailOn(store).verify();
  await store.close();
  return verdict;
}

/** Every text that stands in the store, one of them with other text at one spot. */
function changedAt(rows: readonly LogEntry[], at: number, spot: number, cut: number, put: string): LogEntry[] {
  const texts = rows.flatMap(({ asides = {} }, row) => [
    { row, name: undefined },
    ...Object.keys(asides).map(part => ({ row, name: part })),
  ]);
  const chosen = texts[at % texts.length];
  return rows.map((row, index) => {
    if (chosen?.row !== index) return row;
    const text = chosen.name === undefined ? row.entry : (row.asides?.[chosen.name] ?? '');
    const start = spot % text.length;
    const changed = text.slice(0, start) + put + text.slice(start + cut);
    if (changed === text) return row;
    return chosen.name === undefined
      ? { ...row, entry: changed }
      : { ...row, asides: { ...row.asides, [chosen.name]: changed } };
  });
}

describe('R61: what is taken out of the trail', () => {
  it('leaves it whole, and counted, whatever was taken away in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(trails, async trail => {
        const { verdict } = await written(trail);
        const least = trail.before.length + trail.after.length;
        expect(verdict).toMatchObject({ ok: true, entries: expect.toSatisfy((all: number) => all >= least) });
      }),
      { numRuns: 150 },
    );
  });

  it('R37: one sign changed, added or missing anywhere in the store is found still', async () => {
    await fc.assert(
      fc.asyncProperty(
        trails,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(0, 1),
        fc.string({ maxLength: 2 }),
        async (...given) => {
          const [trail, at, spot, cut, put] = given;
          const { rows, head } = await written(trail);
          const changed = changedAt(rows, at, spot, cut, put);
          fc.pre(changed.some((row, index) => row !== rows[index]));
          expect(await verdictOn(changed, head)).toMatchObject({ ok: false });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('R37: a part, an entry or the end that is gone without a record is found', async () => {
    await fc.assert(
      fc.asyncProperty(trails, fc.nat(), fc.constantFrom('part', 'first', 'last'), async (trail, at, how) => {
        const { rows, head } = await written(trail);
        const live = rows.filter(({ asides = {} }) => Object.keys(asides).length > 0);
        const chosen = live[at % live.length]?.number;
        fc.pre(how === 'part' ? chosen !== undefined : rows.length > 1);
        const without = {
          part: rows.map(({ asides: _, ...row }, index) => (row.number === chosen ? row : (rows[index] ?? row))),
          first: rows.slice(1),
          last: rows.slice(0, -1),
        }[how];
        const lawful = Math.max(0, ...rows.map(({ entry }) => cutBy(entry)));
        // A cut that was recorded and broken off: what it names may go.
        fc.pre(how !== 'first' || (rows[0]?.number ?? 0) > lawful);
        expect(await verdictOn(without, head)).toMatchObject({ ok: false });
      }),
      { numRuns: 150 },
    );
  });
});

function cutBy(entry: string): number {
  const { event } = JSON.parse(entry) as { event: { type: string; what?: string; numbers?: string } };
  return event.type === 'audit.removed' && event.what === 'entries' ? Number(event.numbers?.split('-')[1]) : 0;
}

describe('R61: who can write to the store alone', () => {
  const failed = (who: string): AuditEvent => {
    return { realm, type: 'sign-in.failed', app: 'post', name: who, source: '192.0.2.1' };
  };

  async function bench() {
    const store = await open();
    const trail = trailOn(store);
    for (const who of ['anna', 'bram', 'carla']) await trail.record(failed(who));
    await trail.remove('who', [1], { realm, because: 'erasure', person: 'p1', by: 'test' });
    return { store, trail };
  }

  it('hides no name by saying that it was taken away: by a removal of others, of the other part, of another reason, or by none', async () => {
    const claims = [
      ['who', 2, goneText({ because: 'erasure', entry: 4 })],
      ['where', 1, goneText({ because: 'erasure', entry: 4 })],
      ['who', 1, goneText({ because: 'retention', entry: 4 })],
      ['who', 2, goneText({ because: 'erasure', entry: 3 })],
      ['who', 2, goneText({ because: 'erasure', entry: 99 })],
      ['who', 2, goneText({ because: 'erasure', entry: -1 })],
      ['who', 2, goneText({ because: 'erasure', entry: 1e300 })],
    ] as const;
    for (const [part, number, text] of claims) {
      const { store, trail } = await bench();
      await store.replaceAsides(auditLog, part, [number], text);
      expect(await trail.verify(), text).toEqual({ ok: false, number, reason: 'part-gone' });
      await store.close();
    }
  });

  it('makes no removal up: one written with another key, or with the text of a lawful one at another place', async () => {
    const { store, trail } = await bench();
    await trailOn(store, otherRing).remove('who', [2], { realm, because: 'erasure' });
    expect(await trail.verify()).toEqual({ ok: false, number: 2, reason: 'part-gone' });
    const rows = await store.read(auditLog, 0, 10);
    const forged = rows.at(3)?.entry.replace('"numbers":"1"', '"numbers":"1-2"') ?? '';
    const [head] = [(await store.get(auditHead))?.value ?? ''];
    await store.close();
    const again = rows.slice(0, 4).with(3, { number: 4, entry: forged });
    expect(await verdictOn(again, head)).toMatchObject({ ok: false });
  });

  it('cuts nothing off the beginning beyond what was recorded, nor all', async () => {
    const { store, trail } = await bench();
    await trail.cut(1, { realm: '', because: 'retention' });
    expect(await trail.verify()).toEqual({ ok: true, entries: 5, removed: { entries: 1, who: 0, where: 0 } });
    await store.trim(auditLog, 3);
    expect(await trail.verify()).toEqual({ ok: false, number: 2, reason: 'missing' });
    await store.trim(auditLog, 1e9);
    expect(await trail.verify()).toMatchObject({ ok: false, reason: 'missing' });
    await store.close();
  });

  it('has nobody told anything by other names beside an entry', async () => {
    const { store, trail } = await bench();
    const { entries } = await trail.follow(0);
    expect(entries.map(({ number }) => number)).toEqual([2, 3, 4]);
    await store.replaceAsides(auditLog, 'who', [2], '{"fields":{"name":"eva"},"salt":""}');
    expect((await trail.follow(0)).entries.map(({ number }) => number)).toEqual([3, 4]);
    expect(await trail.verify()).toEqual({ ok: false, number: 2, reason: 'part' });
    await store.close();
  });

  it('finds no name by trying: what is left of it is salted, and its salt is gone', async () => {
    const { store } = await bench();
    const rows = await store.read(auditLog, 0, 10);
    expect(JSON.stringify(rows[0])).not.toContain('anna');
    expect(Object.keys(JSON.parse(rows[0]?.asides?.['who'] ?? '')).toSorted()).toEqual(['because', 'gone']);
    const digests = new Set<string>();
    const same = trailOn(store);
    for (let turn = 0; turn < 3; turn += 1) await same.record(failed('anna'));
    for (const { entry, asides } of await store.read(auditLog, 4, 10)) {
      digests.add((JSON.parse(entry) as { event: { parts: { who: string } } }).event.parts.who);
      expect(asides?.['who']).toContain('anna');
    }
    expect(digests.size).toBe(3);
    await store.close();
  });
});

it('numbers are named as ranges, and found in them', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), numbers => {
      const text = numbersText(numbers.toSorted((a, b) => a - b));
      for (let number = 0; number <= 61; number += 1) expect(hasNumber(text, number)).toBe(numbers.includes(number));
    }),
  );
});
