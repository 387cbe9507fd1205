import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAt } from '../../src/store/redis/look.ts';
import { missing } from '../support/apps.ts';
import { openRedisStore, type RedisServer, single, startRedis, until } from '../support/redis.ts';

/** It takes minutes over a few keys, and answers between two of them. */
const slow = ['key-load-delay 100000', 'loading-process-events-interval-bytes 1024'];

describe.skipIf(missing('redis'))('R25: a replica that loads its data', () => {
  let master: RedisServer;
  let replica: RedisServer;
  beforeAll(async () => {
    master = await startRedis(['repl-diskless-sync-delay 0', 'rdbcompression no']);
    await master.admin.call('DEBUG', 'POPULATE', '1000', 'key', '4096');
    replica = await startRedis(slow);
    await replica.admin.call('REPLICAOF', '127.0.0.1', String(master.port));
    await until(isLoading);
  });
  afterAll(async () => {
    await replica?.close();
    await master?.close();
  });

  const isLoading = async () => (await replica.admin.info('persistence')).includes('\r\nloading:1\r\n');

  it('is looked at as it is, and not waited for: Sluis would not start as long', async () => {
    const topology = single(master);
    const store = await openRedisStore(topology);
    const access = { topology, tls: undefined, user: undefined, password: undefined };
    const { servers, unseen } = await lookAt(store.client, access, Date.now);
    // On a busy machine it may answer too late to be seen.
    expect([...servers, ...unseen].map(({ place }) => place)).toEqual([
      `127.0.0.1:${master.port}`,
      `127.0.0.1:${replica.port}`,
    ]);
    expect(await isLoading()).toBe(true);
    await store.close();
  });
});
