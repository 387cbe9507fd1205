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

/** Nothing fails here: a machine that is busy for half a second must not make another one master. */
const startWatched = () => startSentinels(1, undefined, 60_000);

/** A replica must have a write within 200 ms, and it is one of many processes on a busy machine. */
const hurried = { retry: 2 };

describe.skipIf(missing('redis')).each([
  ['one Redis', startSingle, 0],
  ['Redis behind Sentinel', startWatched, 0],
  ['Redis whose replica is waited for', startWatched, 1],
  ['a Redis Cluster of three masters', startCluster, 0],
] as const)('R24: %s', (name, start, replicas) => {
  let group: RedisGroup;
  beforeAll(async () => {
    group = await start();
  });
  afterAll(() => group.close());

  describe(replicas === 0 ? 'at once' : 'in time', replicas === 0 ? {} : hurried, () => {
    storeContract(name, async (clock: Clock): Promise<MadeStore> => {
      const prefix = freshPrefix();
      const open = () => openRedisStore(group.topology, { prefix, clock, replicas });
      return { store: await open(), reopen: open };
    });
  });
});
