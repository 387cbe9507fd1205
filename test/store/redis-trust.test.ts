import { afterAll, beforeAll, describe } from 'vitest';
import type { Clock } from '../../src/kernel/clock.ts';
import { missing } from '../support/apps.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';
import { trustContract } from '../support/trust-contract.ts';

describe.skipIf(missing('redis'))('R15: on Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.close());

  trustContract('one Redis that two instances share', async (clock: Clock) => {
    const prefix = freshPrefix();
    const open = () => openRedisStore(single(server), { prefix, clock });
    return { store: await open(), reopen: open };
  });
});
