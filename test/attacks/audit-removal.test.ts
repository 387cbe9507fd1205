import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditTrail, type Verdict } from '../../src/audit/chain.ts';
import { AuditRetention } from '../../src/audit/retention.ts';
import { KeyRing } from '../../src/kernel/key-ring.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const day = 24 * 60 * 60_000;
const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 3) }], systemRandom);
const terms = { entries: 100 * day, who: 100 * day, where: 10 * day };
const insider = 'eve';

/** Somebody who may write to the file of the store, has read the source, and has no key. Each act hides what she did. */
const acts: Readonly<Record<string, { readonly sql: string; readonly shows: Verdict }>> = {
  'R61: a name deleted as if it had been erased': {
    sql: `DELETE FROM aside WHERE log = 'audit' AND number = 8 AND name = 'who'`,
    shows: { ok: false, number: 8, reason: 'part-gone' },
  },
  'R61: a name replaced by the pointer of a lawful removal of somebody else': {
    sql: `UPDATE aside SET text = (SELECT text FROM aside WHERE number = 2 AND name = 'who') WHERE number = 8 AND name = 'who'`,
    shows: { ok: false, number: 8, reason: 'part-gone' },
  },
  'R61: a fresh address said to be over its time': {
    sql: `UPDATE aside SET text = (SELECT text FROM aside WHERE number = 1 AND name = 'where') WHERE number = 8 AND name = 'where'`,
    shows: { ok: false, number: 8, reason: 'part-gone' },
  },
  'R61: a name put in the place of another': {
    sql: `UPDATE aside SET text = replace(text, '${insider}', 'bob') WHERE number = 8 AND name = 'who'`,
    shows: { ok: false, number: 8, reason: 'part' },
  },
  'R61: the parts of one entry put beside another': {
    sql: `UPDATE aside SET text = (SELECT text FROM aside WHERE number = 7 AND name = 'who') WHERE number = 8 AND name = 'who'`,
    shows: { ok: false, number: 8, reason: 'part' },
  },
  'R61: the record of a removal widened': {
    sql: `UPDATE entry SET entry = replace(entry, '"numbers":"2"', '"numbers":"2-8"') WHERE number = 5`,
    // The pointer to it is come to first.
    shows: { ok: false, number: 2, reason: 'part-gone' },
  },
  'R61: the beginning cut off, as retention would': {
    sql: `DELETE FROM aside WHERE number <= 7; DELETE FROM entry WHERE number <= 7`,
    shows: { ok: false, number: 1, reason: 'missing' },
  },
  'R61: an aside of her own beside an entry that has none': {
    sql: `INSERT INTO aside (log, number, name, text) VALUES ('audit', 5, 'who', '{}')`,
    shows: { ok: false, number: 2, reason: 'part-gone' },
  },
};

describe('who can write to the store, and has no key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-removal-'));
  const clock = { time: Date.UTC(2026, 5, 1), now: () => clock.time };
  beforeAll(async () => {
    const store = await SqliteStore.open({ path: join(folder, 'made.db'), clock });
    const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined });
    const failed = (name: string) =>
      trail.record({ realm: 'gemeente', type: 'sign-in.failed', app: 'post', name, source: '192.0.2.66' });
    for (const name of ['anna', 'bram', 'carla', 'dirk']) await failed(name);
    await trail.remove('who', [2], { realm: 'gemeente', because: 'erasure', person: 'p', by: 'desk' });
    clock.time += 20 * day;
    while (await new AuditRetention({ store, ring, clock, trail }).step(terms));
    for (const name of ['fleur', insider]) await failed(name);
    expect(await trail.verify()).toEqual({ ok: true, entries: 8, removed: { entries: 0, who: 1, where: 4 } });
    await store.close();
    const db = new DatabaseSync(join(folder, 'made.db'));
    db.exec(`VACUUM INTO '${join(folder, 'whole.db')}'`);
    db.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.entries(acts))('%s: is found', async (name, { sql, shows }) => {
    const path = join(folder, `${Object.keys(acts).indexOf(name)}.db`);
    const whole = new DatabaseSync(join(folder, 'whole.db'));
    whole.exec(`VACUUM INTO '${path}'`);
    whole.close();
    const db = new DatabaseSync(path);
    const changes = () => Number(db.prepare('SELECT total_changes() AS n').get()?.['n']);
    const before = changes();
    db.exec(sql);
    expect(changes()).toBeGreaterThan(before);
    db.close();
    const store = await SqliteStore.open({ path, clock });
    const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined });
    expect(await trail.verify()).toEqual(shows);
    await store.close();
  });
});
