import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RedisStore } from '../../src/store/redis/redis-store.ts';
import { type Cli, configuration, openCli } from '../cli/cli-bench.ts';
import { missing } from '../support/apps.ts';
import {
  type ClusterGroup,
  type Guard,
  guardTls,
  openRedisStore,
  type SentinelGroup,
  startCluster,
  startSentinels,
  until,
} from '../support/redis.ts';
import { certificate } from '../support/redis-certificate.ts';
import { steps } from '../support/store-steps.ts';

const guide = readFileSync(new URL('../../docs/operators-guide.md', import.meta.url), 'utf8');

/** The rights that the operator's guide tells to give, with a password in the place of the dots. */
function rightsOf(user: string, password: string): string {
  const line = new RegExp(`^user ${user} on >… .*$`, 'm').exec(guide)?.[0];
  if (line === undefined) throw new Error(`no line for ${user} in the guide`);
  return line.replace('…', password);
}

const guard: Guard = {
  server: [rightsOf('sluis', 'Sluis-2026'), 'acl-pubsub-default resetchannels'],
  sentinel: [rightsOf('sluis-watch', 'Watch-2026'), 'acl-pubsub-default resetchannels'],
};
const access = { tls: guardTls, user: 'sluis', password: 'Sluis-2026', prefix: 'sluis:' };
const unavailable = { code: 'store.unavailable' };

/** All that the port can do, and that what one instance tells another hears. */
async function expectAll(store: RedisStore, other: RedisStore): Promise<void> {
  for (const [name, step] of steps)
    expect([name, await step(store).then(() => 'done', String)]).toEqual([name, 'done']);
  expect(await store.consume('code', 60_000)).toBe(true);
  expect([await other.consume('code', 60_000), await other.consumed('code')]).toEqual([false, true]);
  const heard: string[] = [];
  other.subscribe('c', message => heard.push(message));
  await store.publish('c', 'told');
  await vi.waitFor(() => expect(heard).toEqual(['told']), 45_000);
}

describe.skipIf(missing('redis'))('R24: a cluster with TLS, passwords and the rights of the guide', () => {
  let group: ClusterGroup;
  beforeAll(async () => {
    group = await startCluster({ guard });
  });
  afterAll(() => group?.close());

  it('does every step, and is looked at', async () => {
    const [store, other] = [await openRedisStore(group.topology, access), await openRedisStore(group.topology, access)];
    await expectAll(store, other);
    await store.close();
    await other.close();
  });

  it.each([
    ['without TLS', { tls: undefined }],
    ['whose name is another', { tls: { ca: certificate } }],
    ['with another password', { password: 'wrong' }],
  ])('is refused %s', async (_how, wrong) => {
    await expect(openRedisStore(group.topology, { ...access, ...wrong })).rejects.toMatchObject(unavailable);
  });
});

describe.skipIf(missing('redis'))('R24: Sentinel with TLS, passwords of its own and the rights of the guide', () => {
  let group: SentinelGroup;
  let cli: Cli;
  beforeAll(async () => {
    group = await startSentinels(2, guard);
    cli = openCli();
    cli.write('redis.pem', certificate);
    cli.write('password', 'Sluis-2026\n');
    cli.write('watch', 'Watch-2026\n');
    cli.write('wrong', 'wrong\n');
  });
  afterAll(async () => {
    cli?.remove();
    await group?.close();
  });

  const topology = () => ({ ...group.topology, user: 'sluis-watch', password: 'Watch-2026' });
  const config = (watch = 'watch', password = 'password') => {
    const sentinels = group.sentinels.map(({ port }) => `"127.0.0.1:${port}"`).join(', ');
    const own = `sentinels: [${sentinels}], name: sluis, sentinelUser: sluis-watch, sentinelPasswordFile: ${watch}`;
    const server = `user: sluis, passwordFile: ${password}, tls: { ca: redis.pem, serverName: redis.test }`;
    return cli.write('sluis-redis.yaml', `${configuration(8080)}store: { redis: { ${own}, ${server} } }\n`);
  };

  it('does every step, and waits for its replicas', async () => {
    const open = () => openRedisStore(topology(), { ...access, replicas: 1 });
    const [store, other] = [await open(), await open()];
    await expectAll(store, other);
    await store.close();
    await other.close();
  });

  it.each([
    ['another password of the sentinels', 'wrong', 'password'],
    ['another password of the servers', 'watch', 'wrong'],
  ])('is refused with %s', async (_what, watch, password) => {
    const { code, err } = await cli.run('users', 'list', '--config', config(watch, password));
    expect([code, err]).toEqual([75, expect.stringContaining('what to do')]);
  });

  it('R25: sluis doctor looks at each replica, whose settings count after a failover, and says which it could not', async () => {
    const [{ admin: bad, port: badPort } = group.master, hung = group.master] = group.replicas;
    for (const { admin } of [group.master, ...group.replicas]) {
      await admin.config('SET', 'appendonly', 'yes');
      await admin.config('SET', 'min-replicas-to-write', '1');
    }
    await until(async () => (await cli.run('doctor', '--config', config())).code === 0);
    await bad.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await bad.config('SET', 'appendonly', 'no');
    await bad.config('SET', 'min-replicas-to-write', '0');
    hung.pause();
    let doctor = { code: 0, out: '' };
    const said = (port: number) => doctor.out.split('\n').filter(line => line.includes(`127.0.0.1:${port}`));
    // A server that takes half a second to answer, as on a machine that is busy, is not looked at.
    await until(async () => {
      doctor = await cli.run('doctor', '--config', config());
      return said(badPort).some(line => line.startsWith('BAD'));
    });
    hung.resume();
    expect(doctor.code).toBe(1);
    expect(said(badPort).filter(line => line.startsWith('BAD'))).toEqual([
      expect.stringMatching(/when it takes over: nothing is kept on disk/),
      expect.stringMatching(/when it takes over: .*allkeys-lru/),
      expect.stringMatching(/when it takes over: a master that is cut off/),
    ]);
    expect(said(hung.port)).toEqual([expect.stringMatching(/^note .*not looked at/)]);
    expect(said(group.master.port).filter(line => line.startsWith('BAD'))).toEqual([]);
  });

  it('goes on after a failover, of which its sentinels tell', async () => {
    const store = await openRedisStore(topology(), { ...access, replicas: 1 });
    expect(await store.consume('before', 60_000)).toBe(true);
    const [sentinel = group.master] = group.sentinels;
    const promoted = async () => {
      const roles = await Promise.all(group.replicas.map(({ admin }) => admin.info('replication')));
      return group.replicas.find((_replica, at) => roles[at]?.includes('role:master'));
    };
    let turn = 0;
    await until(async () => {
      const master = await promoted();
      // Given up by the sentinels where this machine is slow, it is asked for again.
      if (master === undefined) return (await sentinel.admin.call('SENTINEL', 'FAILOVER', 'sluis')) === undefined;
      turn += 1;
      await store.create(`after:${turn}`, 'v');
      return (await master.admin.exists(`sluis:record.{after:${turn}}`)) === 1;
    });
    // Reads have a connection of their own, which finds the new master by itself.
    await until(() => store.consumed('before'));
    await store.close();
  });
});
