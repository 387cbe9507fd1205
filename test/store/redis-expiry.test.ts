import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisStore } from '../../src/store/redis/redis-store.ts';
import { missing } from '../support/apps.ts';
import { openRedisStore, type RedisServer, single, startRedis, until } from '../support/redis.ts';

const minute = 60_000;

describe.skipIf(missing('redis'))("R24: expiry by Redis's own clock", () => {
  let server: RedisServer;
  let store: RedisStore;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    store = await openRedisStore(single(server), { prefix: '' });
  });
  afterEach(async () => {
    await store.close();
    await server.admin.flushall();
  });

  it('ends what has a ttl, and nothing else', async () => {
    await store.create('short', 'v', 50);
    await store.create('long', 'v', minute);
    await store.create('stays', 'v');
    await store.consume('short', 50);
    await store.advance('short', 7, 50);
    await store.count('short', 50);
    await store.add('set', 'short', { ttl: 50 });
    await store.add('set', 'stays');
    await until(async () => (await store.get('short')) === undefined);
    await until(async () => !(await store.consumed('short')));
    await until(async () => (await store.reached('short')) === undefined);
    await until(async () => (await store.peek('short')) === undefined);
    await until(async () => (await store.size('set')) === 1);
    expect(await store.members('set')).toEqual(['stays']);
    expect([await store.get('long'), await store.get('stays')]).toEqual([
      { value: 'v', version: 1 },
      { value: 'v', version: 1 },
    ]);
  });

  it('says when a window ends by that clock', async () => {
    const [seconds] = await server.admin.time();
    const { resetsAt } = await store.count('c', minute);
    expect(Math.abs(resetsAt - Number(seconds) * 1000 - minute)).toBeLessThan(10_000);
  });

  it('gives the memory back a minute later, also of what nobody asks for again', async () => {
    await store.create('k', 'v', minute);
    await store.consume('k', minute);
    await store.advance('k', 1, minute);
    await store.count('k', minute);
    await store.add('k', 'a', { ttl: minute });
    await store.add('k', 'b', { ttl: minute / 2 });
    const names = (await server.admin.keys('*')).filter(name => !name.includes(':answer:'));
    expect(names.toSorted()).toEqual(
      ['counter.{k}', 'mark.{k}', 'once.{k}', 'record.{k}', 'set.{k}', 'set.{k}:ends'].toSorted(),
    );
    for (const name of names) {
      const left = await server.admin.pttl(name);
      expect([name, left > minute + 50_000, left <= 2 * minute]).toEqual([name, true, true]);
    }
  });

  it('keeps a set for ever as long as one member stays for ever', async () => {
    await store.add('k', 'short', { ttl: minute });
    await store.add('k', 'stays');
    expect([await server.admin.pttl('set.{k}'), await server.admin.pttl('set.{k}:ends')]).toEqual([-1, -1]);
    await store.drop('k', 'stays');
    expect(await server.admin.pttl('set.{k}')).toBeGreaterThan(minute);
  });

  it('remembers answers for some seconds only', async () => {
    await store.create('k', 'v');
    const [answer = ''] = await server.admin.keys('*:answer:*');
    expect(await server.admin.pttl(answer)).toBeGreaterThan(1000);
    expect(await server.admin.pttl(answer)).toBeLessThanOrEqual(10_000);
  });
});
