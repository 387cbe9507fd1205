import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';
import { clerk, doneOf, filedByAnna, openResetBench, realm, refusalOf, resident } from '../support/reset-bench.ts';

describe.skipIf(missing('redis'))('R34 R35: the reset desk on Redis, at two instances', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());

  it('of two clerks at two instances one executes, the other reads who did; and each sees what the other made', async () => {
    const clock = { time: Date.UTC(2026, 2, 2, 9), now: () => clock.time };
    const prefix = freshPrefix();
    const open = () => openRedisStore(single(redis), { prefix, clock });
    const one = await openResetBench({ clock, store: await open() });
    const two = await openResetBench({ clock, store: await open() });
    try {
      const person = await resident(one);
      const { id } = await filedByAnna(one);
      doneOf(await two.cases.check(realm, id, clerk(two, 'bram')));
      const both = await Promise.all([
        one.cases.execute(realm, id, clerk(one, 'bram')),
        two.cases.execute(realm, id, clerk(two, 'dirk')),
      ]);
      expect(both.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      expect(both.map(refusalOf).find(refusal => refusal !== undefined)).toMatchObject({
        reason: 'state',
        state: 'executed',
        by: expect.stringMatching(/^(Bram|Dirk)$/),
      });
      expect((await two.people.byId(person.id))?.factors).toEqual([]);
      expect((await two.cases.handOver(realm, id, clerk(two, 'anna'))).outcome).toBe('code');
      doneOf(await one.cases.confirm(realm, id, clerk(one, 'bram'), 'mail'));
      expect(await two.records.list(realm, 'open')).toEqual([]);
      expect((await two.records.list(realm, 'all')).map(record => record.id)).toEqual([id]);
    } finally {
      await one.store.close();
      await two.store.close();
    }
  });
});
