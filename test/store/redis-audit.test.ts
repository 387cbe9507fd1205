import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditTrail, auditLog } from '../../src/audit/chain.ts';
import { KeyRing } from '../../src/kernel/key-ring.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { Names } from '../../src/store/redis/names.ts';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';

describe.skipIf(missing('redis'))('who can write to Redis, and has no key', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.close();
  });

  // Where a page ends that is read, and in the midst of one.
  it.each([500, 501, 7])('R37: puts no entry between two, by an id behind number %d that none has', async number => {
    const prefix = freshPrefix();
    const store = await openRedisStore(single(redis), { prefix });
    const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
    const deps = { store, ring, clock: { now: () => Date.UTC(2026, 10, 22) }, random: systemRandom };
    const open = () => new AuditTrail({ ...deps, log: () => undefined });
    const trail = open();
    for (let at = 0; at < number; at += 1) await trail.record({ realm: '', type: 'server.stopped' });
    const [last] = await store.read(auditLog, number - 1, 1);
    // Its hash is that of the entry before: what comes next builds on the very same.
    const forged = (last?.entry ?? '').replace('server.stopped', 'server.forged');
    expect(forged).not.toBe(last?.entry);
    await store.client.xadd(new Names(prefix).of('log', auditLog), `${number}-1`, 'entry', forged);
    await open().record({ realm: '', type: 'server.stopped' });
    expect(JSON.stringify(await trail.tail(9))).toContain('server.forged');
    expect(await trail.verify()).toMatchObject({ ok: false, number: number + 1, reason: 'missing' });
    await store.close();
  });
});
