import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf } from '../../src/store/redis/nodes.ts';
import type { RedisStore } from '../../src/store/redis/redis-store.ts';
import { missing } from '../support/apps.ts';
import {
  bound,
  openRedisStore,
  type RedisGroup,
  type SentinelGroup,
  startCluster,
  startSentinels,
  until,
} from '../support/redis.ts';

const codes = Array.from({ length: 50 }, (_, number) => `once:${number}`);

/** A replica must have each write within 200 ms, and it is one of many processes on a busy machine. */
const hurried = { retry: 2 };

describe.skipIf(missing('redis'))('R24: a failover by Sentinel', hurried, () => {
  let group: SentinelGroup;
  let store: RedisStore;
  beforeEach(async () => {
    group = await startSentinels(2);
    store = await openRedisStore(group.topology, { replicas: 1 });
  });
  afterEach(async () => {
    await store.close();
    await group.close();
  });

  it.each([
    ['dies (SIGKILL)', () => group.master.kill()],
    ['hangs (SIGSTOP)', async () => group.master.pause()],
  ])(
    'of a master that %s: refusals within their bound, then all goes on and what was used stays used',
    async (_how, fail) => {
      for (const code of codes) await store.consume(code, 60_000);
      await store.append('log', 0, 'first');
      await fail();
      const waits: number[] = [];
      await until(async () => {
        const begin = performance.now();
        try {
          return (await store.append('log', 1, 'second')) || (await store.head('log'))?.entry === 'second';
        } finally {
          waits.push(performance.now() - begin);
        }
      });
      expect(Math.max(...waits)).toBeLessThan(bound);
      // Reads have a connection of their own, which finds the new master by itself.
      await until(async () => (await store.head('log')) !== undefined);
      for (const code of codes) expect([code, await store.consumed(code)]).toEqual([code, true]);
      expect(await store.read('log', 0, 9)).toEqual([
        { number: 1, entry: 'first' },
        { number: 2, entry: 'second' },
      ]);
      const roles = await Promise.all(group.replicas.map(({ admin }) => admin.info('replication')));
      expect(roles.filter(role => role.includes('role:master'))).toHaveLength(1);
      await until(async () => store.hearing);
    },
  );

  it('is not risked: a write that no replica has is refused within their bound, and reading goes on', async () => {
    await store.create('k', 'v');
    for (const replica of group.replicas) replica.pause();
    const begin = performance.now();
    const refused = Promise.all(
      codes
        .slice(0, 5)
        .map(code => expect(store.consume(code, 60_000)).rejects.toMatchObject({ code: 'store.unavailable' })),
    );
    expect(await store.get('k')).toEqual({ value: 'v', version: 1 });
    await refused;
    expect(performance.now() - begin).toBeLessThan(bound);
    for (const replica of group.replicas) replica.resume();
    let tries = 0;
    // A name of its own each time: one that is refused because no replica was in time is there all the same.
    await until(() => store.create(`more-${tries++}`, 'v'));
  });
});

describe.skipIf(missing('redis'))('R24: a cluster of which one node is lost', () => {
  let group: RedisGroup;
  let store: RedisStore;
  beforeEach(async () => {
    group = await startCluster();
    store = await openRedisStore(group.topology);
  });
  afterEach(async () => {
    await store.close();
    await group.close();
  });

  it('refuses one request that asks there again and again without a wait for each time', async () => {
    const [lost] = group.servers;
    const place = `127.0.0.1:${lost?.port}`;
    const tag = Array.from({ length: 100 }, (_, number) => `{${number}}`).find(
      name => placeOf(store.client, name) === place,
    );
    expect(await store.create(`x${tag}`, 'v')).toBe(true);
    lost?.pause();
    const begin = performance.now();
    for (let turn = 0; turn < 30; turn += 1) {
      const step = turn % 2 === 0 ? store.get(`x${tag}`) : store.create(`y${tag}`, 'v');
      await expect(step).rejects.toMatchObject({ code: 'store.unavailable' });
    }
    // A wait of its own for each would be 15 seconds.
    expect(performance.now() - begin).toBeLessThan(bound);
    lost?.resume();
    await until(async () => (await store.get(`x${tag}`))?.value === 'v');
  });

  it('refuses within their bound what stood there, and uses it again when it is back', async () => {
    const lost = group.servers[2];
    expect((await store.count('c', 60_000)).count).toBe(1);
    lost?.pause();
    const waits: number[] = [];
    const keys = Array.from({ length: 12 }, (_, number) => `k${number}`);
    const outcomes = await Promise.all(
      keys.map(async key => {
        const begin = performance.now();
        const outcome = await store.create(key, 'v').catch((error: unknown) => error);
        waits.push(performance.now() - begin);
        return outcome;
      }),
    );
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'store.unavailable' }));
    expect(Math.max(...waits)).toBeLessThan(bound);
    lost?.resume();
    await until(async () => (await Promise.all(keys.map(key => store.get(key)))).length === keys.length);
    for (const key of keys) await store.create(key, 'v');
    for (const key of keys) expect(await store.get(key)).toEqual({ value: 'v', version: 1 });
  });
});
