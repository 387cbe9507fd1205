import { afterAll, beforeAll, describe } from 'vitest';
import { missing } from '../support/apps.ts';
import { privacySuite } from '../support/privacy-suite.ts';
import { freshPrefix, openRedisStore, type RedisServer, single, startRedis } from '../support/redis.ts';

describe.skipIf(missing('redis'))('on Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.close();
  });

  privacySuite(async clock => {
    const prefix = freshPrefix();
    const again = () => openRedisStore(single(redis), { prefix, clock });
    return { store: await again(), again };
  });
});
