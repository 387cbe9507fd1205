import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/kernel/store.ts';
import type { RedisStore } from '../../src/store/redis/redis-store.ts';
import { missing } from '../support/apps.ts';
import { type LosingProxy, startLosingProxy } from '../support/losing-proxy.ts';
import { bound, freePort, openRedisStore, type RedisServer, single, startRedis, until } from '../support/redis.ts';
import { steps } from '../support/store-steps.ts';

const unavailable = { code: 'store.unavailable' };

/** The driver has 300 ms to connect anew, which a machine that is busy with other tests may take from it. */
const hurried = { retry: 2 };

/** How long until all of them are refused with the one code; milliseconds. */
async function refusals(store: Store): Promise<number> {
  const begin = performance.now();
  await Promise.all(steps.map(([, step]) => expect(step(store)).rejects.toMatchObject(unavailable)));
  return performance.now() - begin;
}

describe.skipIf(missing('redis'))('R24: a Redis in trouble', () => {
  let server: RedisServer;
  let store: RedisStore;
  beforeEach(async () => {
    server = await startRedis();
    store = await openRedisStore(single(server));
  });
  afterEach(async () => {
    await store.close();
    await server.close();
  });

  it('that was killed is refused within their bound in every step, and is used again when it is back', async () => {
    await server.kill();
    expect(await refusals(store)).toBeLessThan(bound);
    // Known to be away: refused without waiting for it.
    expect(await refusals(store)).toBeLessThan(bound);
    await server.start();
    await until(async () => (await store.count('c', 1000)).count > 0);
  });

  it('that hangs is refused within their bound in every step, and is used again when it goes on', async () => {
    server.pause();
    expect(await refusals(store)).toBeLessThan(bound);
    expect(await refusals(store)).toBeLessThan(bound);
    server.resume();
    await until(async () => (await store.count('c', 1000)).count > 0);
  });

  it('that hangs keeps nobody waiting once for each of many steps', async () => {
    server.pause();
    const begin = performance.now();
    for (let turn = 0; turn < 30; turn += 1) await expect(store.get('k')).rejects.toMatchObject(unavailable);
    expect(performance.now() - begin).toBeLessThan(bound);
    server.resume();
    await until(async () => (await store.count('c', 1000)).count > 0);
  });

  it('is not taken for lost because the event loop stood still', hurried, async () => {
    const asked = store.get('k').catch((error: unknown) => error);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
    // Its timer came before its answer: that one is lost.
    expect(await asked).toMatchObject(unavailable);
    expect(await store.create('k', 'v')).toBe(true);
  });

  it('that became a replica refuses to write and changes nothing; the one that is master again is used again', async () => {
    await store.create('k', 'v');
    await server.admin.replicaof('127.0.0.1', await freePort());
    await server.admin.config('SET', 'replica-serve-stale-data', 'yes');
    await expect(store.replace('k', 1, 'w')).rejects.toMatchObject(unavailable);
    await server.admin.replicaof('NO', 'ONE');
    await until(async () => (await store.get('k')) !== undefined);
    expect(await store.get('k')).toEqual({ value: 'v', version: 1 });
  });

  it('that is out of memory refuses what would take more, whole, and still answers and lets go', async () => {
    await store.create('k', 'v');
    await store.add('s', 'one', { ttl: 60_000 });
    await server.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await server.admin.config('SET', 'maxmemory', '1');
    const refused = [
      () => store.create('more', 'v'),
      () => store.replace('k', 1, 'w'),
      () => store.consume('once', 1000),
      () => store.count('c', 1000),
      () => store.add('s', 'two'),
      () => store.append('l', 0, 'e'),
    ];
    for (const step of refused)
      await expect(step()).rejects.toMatchObject({ ...unavailable, message: expect.stringContaining('OOM') });
    expect(await store.get('k')).toEqual({ value: 'v', version: 1 });
    expect(await store.members('s')).toEqual(['one']);
    expect(await store.remove('k')).toBe(true);
    await server.admin.config('SET', 'maxmemory', '0');
    expect([await store.consumed('once'), await store.peek('c'), await store.head('l')]).toEqual([
      false,
      undefined,
      undefined,
    ]);
    expect(await store.consume('once', 1000)).toBe(true);
  });

  it('that forgot its scripts is taught them again', async () => {
    await store.count('c', 60_000);
    await server.admin.script('FLUSH');
    expect((await store.count('c', 60_000)).count).toBe(2);
  });

  it('says nothing of what was stored when it refuses', async () => {
    await store.append('log', 0, 'first');
    await server.admin.config('SET', 'maxmemory', '1');
    const error: unknown = await store.create('k', 'a sealed value').catch((thrown: unknown) => thrown);
    const cause = error instanceof Error ? error.cause : undefined;
    expect(cause).toBeInstanceOf(Error);
    expect(JSON.stringify([cause, Object.entries(cause ?? {}), String(cause)])).not.toMatch(/sealed value/);
  });
});

describe.skipIf(missing('redis'))('R24: opening a Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    const users = [
      'requirepass Right-2026',
      'user sluis on >Sluis-2026 ~* &* +@all',
      'user mute on >Mute-2026 ~* +@all',
    ];
    server = await startRedis([...users, 'acl-pubsub-default resetchannels']);
  });
  afterAll(() => server.close());

  it('takes an ACL user with its password', async () => {
    const store = await openRedisStore(single(server), { user: 'sluis', password: 'Sluis-2026' });
    expect(await store.create('k', 'v')).toBe(true);
    await store.close();
  });

  it.each([
    ['a wrong password', { user: 'sluis', password: 'wrong' }, /passwordFile/],
    ['no password', {}, /passwordFile/],
    ['a user that may not use the channel', { user: 'mute', password: 'Mute-2026' }, /rights/],
  ])('refuses %s with the remedy, and never says the password', async (_what, access, remedy) => {
    const error: unknown = await openRedisStore(single(server), access).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...unavailable, remedy: expect.stringMatching(remedy) });
    expect(String(error)).not.toMatch(/Mute-2026|wrong\b/);
  });

  it('refuses an address where nothing listens, within seconds', async () => {
    const address = { host: '127.0.0.1', port: await freePort() };
    const opening = openRedisStore({ kind: 'single', address, database: 0 });
    await expect(opening).rejects.toMatchObject({ ...unavailable, message: expect.stringContaining('ECONNREFUSED') });
  });

  it('refuses sentinels that are not there', async () => {
    const sentinels = [{ host: '127.0.0.1', port: await freePort() }];
    const opening = openRedisStore({
      kind: 'sentinel',
      sentinels,
      name: 'sluis',
      user: undefined,
      password: undefined,
    });
    await expect(opening).rejects.toMatchObject({ ...unavailable, remedy: expect.stringContaining('sentinels') });
  });

  it('refuses a single server as a cluster', async () => {
    const nodes = [{ host: '127.0.0.1', port: server.port }];
    const opening = openRedisStore({ kind: 'cluster', nodes }, { user: 'sluis', password: 'Sluis-2026' });
    await expect(opening).rejects.toMatchObject(unavailable);
  });
});

describe.skipIf(missing('redis'))('R08: a step whose answer was lost', () => {
  let server: RedisServer;
  let proxy: LosingProxy;
  let store: RedisStore;
  beforeEach(async () => {
    server = await startRedis();
    proxy = await startLosingProxy(server.port);
    store = await openRedisStore({ kind: 'single', address: { host: '127.0.0.1', port: proxy.port }, database: 0 });
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
    await server.close();
  });

  /** What comes before, the step, what it answers, and how the store stands after it was done once. */
  const cases: Readonly<Record<string, readonly [Work | undefined, Work, unknown, Work, unknown]>> = {
    create: [undefined, s => s.create('k', 'v'), true, s => s.get('k'), { value: 'v', version: 1 }],
    replace: [s => s.create('k', 'v'), s => s.replace('k', 1, 'w'), true, s => s.get('k'), { value: 'w', version: 2 }],
    remove: [s => s.create('k', 'v'), s => s.remove('k'), true, s => s.get('k'), undefined],
    consume: [undefined, s => s.consume('k', 60_000), true, s => s.consume('k', 60_000), false],
    advance: [undefined, s => s.advance('k', 5), true, s => s.advance('k', 5), false],
    count: [
      s => s.count('k', 60_000),
      async s => (await s.count('k', 60_000)).count,
      2,
      async s => (await s.peek('k'))?.count,
      2,
    ],
    add: [undefined, s => s.add('k', 'm', { cap: 1 }), 'added', s => s.members('k'), ['m']],
    drop: [s => s.add('k', 'm'), s => s.drop('k', 'm'), true, s => s.size('k'), 0],
    append: [undefined, s => s.append('k', 0, 'e'), true, s => s.read('k', 0, 9), [{ number: 1, entry: 'e' }]],
    resetCount: [s => s.count('k', 60_000), s => s.resetCount('k'), undefined, s => s.peek('k'), undefined],
    replaceAsides: [
      s => s.append('k', 0, 'e', { who: 'anna' }),
      s => s.replaceAsides('k', 'who', [1], ''),
      undefined,
      s => s.read('k', 0, 9),
      [{ number: 1, entry: 'e', asides: { who: '' } }],
    ],
    trim: [
      async s => (await s.append('k', 0, 'een')) && s.append('k', 1, 'twee'),
      s => s.trim('k', 2),
      undefined,
      s => s.read('k', 0, 9),
      [{ number: 2, entry: 'twee' }],
    ],
  };
  type Work = (store: Store) => Promise<unknown>;

  it.each(Object.entries(cases))(
    '%s: is sent again, counts once and is answered to who did it',
    hurried,
    async (_name, [before, step, answer, after, stands]) => {
      await before?.(store);
      proxy.loseNext();
      expect(await step(store)).toEqual(answer);
      expect(proxy.lost()).toBe(1);
      expect(await after(store)).toEqual(stands);
    },
  );

  it('is unknown, not false, where Redis does not come back, and was done once at most', async () => {
    proxy.loseNext(1, { refuse: true });
    const begin = performance.now();
    await expect(store.count('k', 60_000)).rejects.toMatchObject(unavailable);
    expect(performance.now() - begin).toBeLessThan(bound);
    proxy.mend();
    await until(async () => (await store.peek('k')) !== undefined);
    expect((await store.peek('k'))?.count).toBe(1);
  });

  it('is unknown after the answer was lost twice, and was done once', async () => {
    proxy.loseNext(2);
    await expect(store.count('k', 60_000)).rejects.toMatchObject(unavailable);
    await until(async () => (await store.peek('k')) !== undefined);
    expect((await store.peek('k'))?.count).toBe(1);
  });

  it('hears, after the wire went silent without a word, that it hears nothing, and listens anew', async () => {
    const states: boolean[] = [];
    const silent = await startLosingProxy(server.port);
    const topology = { kind: 'single', address: { host: '127.0.0.1', port: silent.port }, database: 0 } as const;
    const other = await openRedisStore(topology, { onHearing: hearing => states.push(hearing) });
    expect([other.hearing, states]).toEqual([true, []]);
    silent.swallow();
    await vi.waitFor(() => expect(states).toEqual([false]), 45_000);
    expect(other.hearing).toBe(false);
    await other.close();
    await silent.close();
  });

  it('tells subscribers again after the listening connection was cut', async () => {
    const states: boolean[] = [];
    const prefix = 'cut:';
    const listener = await openRedisStore(single(server), { prefix, onHearing: hearing => states.push(hearing) });
    const heard: string[] = [];
    listener.subscribe('c', message => heard.push(message));
    await server.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(states).toEqual([false, true]), 45_000);
    await listener.publish('c', 'again');
    await vi.waitFor(() => expect(heard).toEqual(['again']), 45_000);
    await listener.close();
  });
});

describe.skipIf(missing('redis'))('R25: a Redis with an append-only log', () => {
  it('keeps over a kill -9 whatever was answered', async () => {
    const server = await startRedis(['appendonly yes', 'appendfsync everysec']);
    const store = await openRedisStore(single(server));
    const codes = Array.from({ length: 200 }, (_, number) => `once:${number}`);
    const used = codes.map(code => store.consume(code, 600_000).catch(() => 'unknown'));
    await used.at(-100);
    await server.kill();
    const answers = await Promise.all(used);
    await server.start();
    await until(async () => (await store.size('s')) === 0);
    const again = await Promise.all(codes.map(code => store.consume(code, 600_000)));
    expect(answers.filter(answer => answer === true).length).toBeGreaterThan(0);
    expect(codes.filter((_code, index) => answers[index] === true && again[index] === true)).toEqual([]);
    await store.close();
    await server.close();
  });
});
