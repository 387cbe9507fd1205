import { describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import type { Asides } from '../kernel/store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { AuditTrail, auditLog } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { Forgetting } from './forgetting.ts';
import { goneText } from './parts.ts';
import { AuditRetention } from './retention.ts';

const realm = 'gemeente';
const day = 24 * 60 * 60_000;
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
const anna = { id: 'p-anna', realm, name: 'anna' };

function failed(name: string): AuditEvent {
  return { realm, type: 'sign-in.failed', app: 'post', name, source: '192.0.2.1' };
}

/** A trail in which somebody with the store's keys but not the operator's may do as he likes. */
async function bench() {
  let now = Date.UTC(2026, 10, 22, 9, 30);
  const clock = { now: () => now };
  const store = await SqliteStore.open({ path: ':memory:', clock });
  const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined });
  for (const name of ['mallory', 'anna', 'bram']) await trail.record(failed(name));
  const parts = { store, ring, clock, trail };
  return {
    store,
    trail,
    forgetting: new Forgetting(parts),
    retention: new AuditRetention(parts),
    passDays: (days: number) => {
      now += days * day;
    },
    /** Writes the whole trail anew with other asides beside this entry. */
    put: async (number: number, change: (asides: Asides) => Asides) => {
      const rows = await store.read(auditLog, 0, 500);
      const other = await SqliteStore.open({ path: ':memory:', clock });
      for (const row of rows) {
        const asides = row.number === number ? change(row.asides ?? {}) : row.asides;
        await other.append(auditLog, row.number - 1, row.entry, asides);
      }
      const head = await store.get('audit-head');
      await other.create('audit-head', head?.value ?? '');
      return {
        store: other,
        trail: new AuditTrail({ store: other, ring, clock, random: systemRandom, log: () => undefined }),
      };
    },
  };
}

describe('R37: who can write to the store alone buries nothing under a lawful removal', () => {
  it('not by writing another name beside an entry, so that it goes when she of that name is erased', async () => {
    const forged = [
      '{"fields":{"name":"anna"},"salt":""}',
      // No entry of a wrong password says whose it is: this one would.
      `{"fields":{"person":"${anna.id}"},"salt":""}`,
    ];
    for (const text of forged) {
      const { store, trail, forgetting } = await bench();
      await store.replaceAsides(auditLog, 'who', [1], text);
      await forgetting.begin(anna, 'test');
      await forgetting.finish(anna.id);
      expect(await trail.verify(), text).toMatchObject({ ok: false, number: 1 });
      const rows = JSON.stringify(await store.read(auditLog, 1, 1));
      expect(rows).not.toContain('anna');
      await store.close();
    }
  });

  it('not by a pointer to a removal that never was, over which that of retention is written', async () => {
    const { store, trail, retention, passDays } = await bench();
    await store.replaceAsides(auditLog, 'where', [1], goneText({ because: 'retention', entry: 9 }));
    expect(await trail.verify()).toEqual({ ok: false, number: 1, reason: 'part-gone' });
    passDays(200);
    await retention.step({ entries: 730 * day, who: 730 * day, where: 180 * day });
    expect(await trail.verify()).toMatchObject({ ok: false, number: 1 });
    await store.close();
  });

  it('not by taking a part away whose entry goes whole', async () => {
    const { put, passDays } = await bench();
    const { store, trail } = await put(1, ({ where = '' }) => ({ where }));
    expect(await trail.verify()).toEqual({ ok: false, number: 1, reason: 'part-gone' });
    passDays(31);
    await trail.record(failed('carla'));
    const clock = { now: () => Date.UTC(2026, 10, 22, 9, 30) + 31 * day };
    await new AuditRetention({ store, ring, clock, trail }).step({ entries: 30 * day, who: 30 * day, where: 30 * day });
    expect(await trail.verify()).toEqual({ ok: false, number: 1, reason: 'damaged' });
    await store.close();
  });

  it('and has no entry passed over by a part of a name that every object has', async () => {
    for (const name of ['constructor', 'tostring', 'valueOf']) {
      const { put } = await bench();
      const { store, trail } = await put(2, asides => ({ ...asides, [name]: 'x' }));
      expect(await trail.verify(), name).toEqual({ ok: false, number: 2, reason: 'part' });
      await store.close();
    }
  });
});
