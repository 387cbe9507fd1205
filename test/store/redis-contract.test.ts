import { afterAll, beforeAll, describe } from 'vitest';
import type { Clock } from '../../src/kernel/clock.ts';
import { storeContract } from '../../src/kernel/store.contract.ts';
import type { MadeStore } from '../../src/kernel/store-bench.contract.ts';
import { missing } from '../support/apps.ts';
import {
  freshPrefix,
  openRedisStore,
  type RedisGroup,
  startCluster,
  startSentinels,
  startSingle,
} from '../support/redis.ts';

describe.skipIf(missing('redis')).each([
  ['one Redis', startSingle, 0],
  ['Redis behind Sentinel', () => startSentinels(), 0],
  ['Redis whose replica is waited for', () => startSentinels(), 1],
  ['a Redis Cluster of three masters', startCluster, 0],
] as const)('R24: %s', (name, start, replicas) => {
  let group: RedisGroup;
  beforeAll(async () => {
    group = await start();
  });
  afterAll(() => group.close());

  storeContract(name, async (clock: Clock): Promise<MadeStore> => {
    const prefix = freshPrefix();
    const open = () => openRedisStore(group.topology, { prefix, clock, replicas });
    return { store: await open(), reopen: open };
  });
});
