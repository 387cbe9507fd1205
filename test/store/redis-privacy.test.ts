import { afterAll, beforeAll, describe } from 'vitest';
import { missing } from '../support/apps.ts';
import { privacySuite } from '../support/privacy-suite.ts';
import { freshPrefix, openRedisStore, type RedisGroup, startCluster, startSingle } from '../support/redis.ts';

describe.skipIf(missing('redis')).each([
  ['one Redis', startSingle],
  ['a Redis Cluster', startCluster],
] as const)('on %s', (_name, start) => {
  let group: RedisGroup;
  beforeAll(async () => {
    group = await start();
  });
  afterAll(() => group?.close());

  privacySuite(async clock => {
    const prefix = freshPrefix();
    const again = () => openRedisStore(group.topology, { prefix, clock });
    return { store: await again(), again };
  });
});
