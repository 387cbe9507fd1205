import { afterAll, beforeAll, describe } from 'vitest';
import type { Clock } from '../../src/kernel/clock.ts';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, type RedisGroup, startCluster, startSingle } from '../support/redis.ts';
import { trustContract } from '../support/trust-contract.ts';

describe.skipIf(missing('redis')).each([
  ['one Redis', startSingle],
  ['a Redis Cluster', startCluster],
] as const)('R15: on %s', (name, start) => {
  let group: RedisGroup;
  beforeAll(async () => {
    group = await start();
  });
  afterAll(() => group?.close());

  trustContract(`${name} that two instances share`, async (clock: Clock) => {
    const prefix = freshPrefix();
    const open = () => openRedisStore(group.topology, { prefix, clock });
    return { store: await open(), reopen: open };
  });
});
