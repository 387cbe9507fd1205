import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { AuditTrail, auditLog } from '../../src/audit/chain.ts';
import type { AuditEvent } from '../../src/audit/event.ts';
import { Forgetting } from '../../src/audit/forgetting.ts';
import { AuditRetention, type AuditTerms } from '../../src/audit/retention.ts';
import { KeyRing } from '../../src/kernel/key-ring.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import type { Store } from '../../src/kernel/store.ts';

const day = 24 * 60 * 60_000;
const begin = Date.UTC(2026, 0, 1, 12);
const terms: AuditTerms = { entries: 8 * day, who: 5 * day, where: 2 * day };
const realm = 'gemeente';
const anna = { id: 'id-of-anna', realm, name: 'anna' };

/** Opens the same data once more, as another instance does; expiry by this clock. */
export type Open = (clock: { now(): number }) => Promise<{ store: Store; again(): Promise<Store> }>;

class Killed extends Error {}

/** What every store must do for R61: time over, persons erased, in two instances, and with one killed at any write. */
export function privacySuite(open: Open): void {
  const opened: Store[] = [];
  const clock = { time: begin, now: () => clock.time };
  afterEach(async () => {
    clock.time = begin;
    for (const store of opened.splice(0)) await store.close();
  });

  const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
  const instance = (store: Store) => {
    const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: () => undefined });
    const deps = { store, ring, clock, trail };
    return { store, trail, retention: new AuditRetention(deps), forgetting: new Forgetting(deps) };
  };
  async function two() {
    const { store, again } = await open(clock);
    const other = await again();
    opened.push(store, other);
    return [instance(store), instance(other), again] as const;
  }

  /** An instance that is killed at its write number `at`, before or after it was done. */
  function killedAt(store: Store, at: number, done: boolean): Store {
    let writes = 0;
    const changing = ['create', 'replace', 'remove', 'add', 'drop', 'append', 'replaceAsides', 'trim'];
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          const counts = changing.includes(String(name));
          if (counts) writes += 1;
          if (counts && (writes > at || (writes === at && !done))) throw new Killed();
          const result: unknown = await Reflect.apply(value, target, given);
          if (counts && writes === at) throw new Killed();
          return result;
        };
      },
    });
  }

  const failed = (name: string): AuditEvent => {
    return { realm, type: 'sign-in.failed', app: 'post', name, source: '192.0.2.7' };
  };
  const began = (person: string, name: string): AuditEvent => {
    const session = { app: 'post', session: 's', level: 2, source: '2001:db8::7' };
    return { realm, type: 'session.began', person, name, ...session };
  };

  async function settled(work: () => Promise<boolean>): Promise<void> {
    while (await work());
  }

  /** A few entries a day, for so many days; the clock stands at the last. */
  async function days(trail: AuditTrail, count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      await trail.record(failed(`name${at}`));
      await trail.record(began(`person${at}`, `name${at}`));
      if (at < count - 1) clock.time += day;
    }
  }

  const whole = async (trail: AuditTrail) => {
    const verdict = await trail.verify();
    expect(verdict).toMatchObject({ ok: true });
    return verdict;
  };
  const texts = async (store: Store) => JSON.stringify(await store.read(auditLog, 0, 5_000));

  describe('R61: time that is over', () => {
    test('takes addresses, then names, then entries, each in its time, and the trail is whole and says so', async () => {
      const [{ trail, retention, store }, other] = await two();
      await days(trail, 12);
      await settled(() => retention.step(terms));
      const entries = await trail.tail(5_000);
      const today = Math.floor(clock.time / day);
      const removal = (event: AuditEvent) => event.type === 'audit.removed';
      for (const { at, event, gone } of entries.filter(entry => !removal(entry.event))) {
        const age = today - Math.floor(Date.parse(at) / day);
        expect(age, at).toBeLessThanOrEqual(8);
        expect({ who: gone?.who?.because, where: gone?.where?.because }, at).toEqual({
          who: age > 5 ? 'retention' : undefined,
          where: age > 2 ? 'retention' : undefined,
        });
        if (age > 5) expect(event).toMatchObject({ name: '' });
      }
      const verdict = await whole(trail);
      expect(verdict).toMatchObject({ removed: { entries: 6, who: 6, where: 12 } });
      expect(await texts(store)).not.toContain('name4"');
      const end = await trail.end();
      expect([await other.retention.step(terms), await trail.end()]).toEqual([false, end]);
    });

    test('is looked at by day: what a day holds goes at once, and nothing a day too early', async () => {
      const [{ trail, retention }] = await two();
      await trail.record(failed('anna'));
      clock.time = Math.floor((begin + terms.where) / day) * day + day - 1;
      await settled(() => retention.step(terms));
      expect(await trail.end()).toBe(1);
      clock.time += 1;
      await settled(() => retention.step(terms));
      expect((await trail.tail(9)).map(({ event }) => event.type)).toEqual(['sign-in.failed', 'audit.removed']);
      // The newest entry stays, however old: the next one builds on it.
      clock.time += 100 * day;
      await settled(() => retention.step(terms));
      clock.time += 100 * day;
      await settled(() => retention.step(terms));
      expect(await trail.verify()).toMatchObject({ ok: true });
      expect((await trail.tail(9)).length).toBeGreaterThan(0);
    });

    test('is done once where two do it at once, and the trail is whole', async () => {
      const [one, other] = await two();
      await days(one.trail, 12);
      await Promise.all([one, other].map(({ retention }) => settled(() => retention.step(terms))));
      expect(await whole(other.trail)).toMatchObject({ removed: { entries: 6, who: 6 } });
    });

    test('wherever an instance is killed the trail is whole, and the next goes on', async () => {
      for (let at = 1; ; at += 1) {
        clock.time = begin;
        const [one, other, again] = await two();
        await days(one.trail, 12);
        const store = await again();
        opened.push(store);
        const dying = instance(killedAt(store, at, at % 2 === 0));
        const ended = await settled(() => dying.retention.step(terms)).then(
          () => true,
          error => !(error instanceof Killed),
        );
        await whole(other.trail);
        await settled(() => other.retention.step(terms));
        expect(await whole(other.trail), String(at)).toMatchObject({ removed: { entries: 6, who: 6 } });
        if (ended) break;
      }
    });

    test('a forged mark of how far it is passes nothing over', async () => {
      const [{ trail, retention, store }] = await two();
      await days(trail, 12);
      const { version } = (await store.get('audit-retention')) ?? { version: 0 };
      const forged = `k.${'A'.repeat(43)}\n{"who":9999,"where":9999,"entries":9999}`;
      if (version === 0) await store.create('audit-retention', forged);
      await settled(() => retention.step(terms));
      expect(await whole(trail)).toMatchObject({ removed: { who: 6, where: 12 } });
    });

    test('R37: what was tampered with before is not buried: the entry that takes it away says so, and verify with it', async () => {
      const names: readonly [string, (store: Store) => Promise<void>, number][] = [
        ['a name', store => store.replaceAsides(auditLog, 'who', [3], '{"fields":{"name":"eva"},"salt":""}'), 3],
        ['the first entries', store => store.trim(auditLog, 5), 1],
      ];
      for (const [what, tamper, number] of names) {
        clock.time = begin;
        const [{ trail, retention, store }] = await two();
        await days(trail, 12);
        await tamper(store);
        await settled(() => retention.step(terms));
        expect(await trail.verify(), what).toEqual({ ok: false, number, reason: 'damaged' });
      }
    });

    test('a clock that was wrong once keeps nothing for ever', async () => {
      const [{ trail, retention }] = await two();
      await trail.record(failed('early'));
      clock.time = begin + 3_000 * day;
      await trail.record(failed('far'));
      clock.time = begin;
      await days(trail, 12);
      await settled(() => retention.step(terms));
      const names = (await trail.tail(5_000)).map(({ event }) => ('name' in event ? event.name : ''));
      expect(names.filter(name => name === 'early' || name === 'far')).toEqual([]);
      await whole(trail);
    });
  });

  describe('R61: a person who was erased', () => {
    const others = fc.array(fc.constantFrom('anna-id', 'anna-name', 'bram', 'act', 'nobody'), {
      minLength: 1,
      maxLength: 12,
    });
    const eventOf = {
      'anna-id': began(anna.id, anna.name),
      'anna-name': failed(anna.name),
      bram: began('id-of-bram', 'bram'),
      act: {
        ...{ realm: '@console', type: 'operator.acted', person: 'o', name: 'eva@gemeente.test', act: 'close' },
        ...{ about: 'gemeente/anna', reason: 'anna left', source: '192.0.2.9' },
      } as AuditEvent,
      nobody: { realm: '', type: 'server.stopped' } as AuditEvent,
    } as const;

    test('her name is nowhere, nobody else is touched, and the trail is whole', async () => {
      await fc.assert(
        fc.asyncProperty(others, async kinds => {
          const [{ trail, forgetting, store }] = await two();
          for (const kind of kinds) await trail.record(eventOf[kind]);
          await forgetting.begin(anna, 'desk');
          await forgetting.finish(anna.id);
          const count = (...of: string[]) => kinds.filter(kind => of.includes(kind)).length;
          const text = await texts(store);
          expect(text).not.toContain('anna"');
          expect(text).not.toContain('anna left');
          expect(text.split('bram').length - 1 > 0).toBe(count('bram') > 0);
          const removed = {
            entries: 0,
            who: count('anna-id', 'anna-name', 'act'),
            where: count('anna-id', 'anna-name'),
          };
          const verdict = await whole(trail);
          expect(verdict).toMatchObject(removed.who === 0 ? {} : { removed });
          const acts = (await trail.tail(99)).filter(({ event }) => event.type === 'operator.acted');
          for (const { event } of acts)
            expect([event, 'about' in event]).toMatchObject([{ name: 'eva@gemeente.test' }, false]);
          for (const store of opened.splice(0)) await store.close();
        }),
        { numRuns: 12 },
      );
    });

    test('what is written of her in the last moment goes ten minutes later; who has her name by then stays', async () => {
      const [{ trail, forgetting, store }, other] = await two();
      await trail.record(began(anna.id, anna.name));
      await forgetting.begin(anna, 'desk');
      await forgetting.finish(anna.id);
      await trail.record(began(anna.id, anna.name));
      await trail.record(failed(anna.name));
      await settled(() => other.forgetting.step());
      expect((await texts(store)).split('"anna').length).toBeGreaterThan(2);
      clock.time += 11 * 60_000;
      await settled(() => other.forgetting.step());
      const entries = await trail.tail(99);
      expect(entries.filter(({ event }) => event.type === 'session.began').map(({ gone }) => gone?.who)).toEqual([
        { because: 'erasure', entry: 2 },
        expect.objectContaining({ because: 'erasure' }),
      ]);
      expect(entries.find(({ event }) => event.type === 'sign-in.failed')?.event).toMatchObject({ name: 'anna' });
      await whole(trail);
      const end = await trail.end();
      clock.time += day;
      await settled(() => forgetting.step());
      expect(await trail.end()).toBe(end);
    });

    test('wherever it is broken off, another instance takes it to its end', async () => {
      for (let at = 1; ; at += 1) {
        clock.time = begin;
        const [one, other, again] = await two();
        for (const kind of ['anna-id', 'bram', 'anna-name', 'act'] as const) await one.trail.record(eventOf[kind]);
        const store = await again();
        opened.push(store);
        const dying = instance(killedAt(store, at, at % 2 === 0));
        const work = async () => {
          await dying.forgetting.begin(anna, 'desk');
          await dying.forgetting.finish(anna.id);
          return true;
        };
        const ended = await work().catch(() => false);
        await whole(other.trail);
        // Before it was written down that she is to be forgotten, her account is still there: it is begun again.
        if (at <= 3) await other.forgetting.begin(anna, 'desk');
        clock.time += day;
        await settled(() => other.forgetting.step());
        clock.time += day;
        await settled(() => other.forgetting.step());
        expect(await texts(store), String(at)).not.toContain('anna"');
        await whole(other.trail);
        if (ended) break;
      }
    });
  });
}
