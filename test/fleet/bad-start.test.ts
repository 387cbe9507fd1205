import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, configuration, openCli } from '../cli/cli-bench.ts';
import { missing } from '../support/apps.ts';
import { urlOf } from '../support/fleet.ts';
import { freePort, type RedisGroup, type RedisServer, startCluster, startRedis, until } from '../support/redis.ts';
import { startSluis } from '../support/sluis.ts';

let cli: Cli;
let port: number;
beforeEach(async () => {
  port = await freePort();
  cli = openCli(port);
});
afterEach(() => cli.remove());

/** As another machine leaves it while it serves. */
function markOfAnother(): void {
  const data = join(cli.folder, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'used-by-elsewhere'), JSON.stringify({ name: 'sluis2', id: 'a2', boot: 'b2' }));
}

const marks = () => readdirSync(join(cli.folder, 'data')).filter(name => name.startsWith('used-by-'));

describe('R25: a data folder shared by two machines', () => {
  it('is refused to serve and to every command, with the other machine and what to do', async () => {
    markOfAnother();
    for (const command of [['serve'], ['users', 'list'], ['doctor']]) {
      const { code, err } = await cli.run(...command, '--config', cli.config);
      expect([command, code]).toEqual([command, 75]);
      expect(err).toMatch(/used by another machine, sluis2[\s\S]*what to do: .*store\.redis/);
    }
  });

  it('is marked while it is served from, beside which commands of this machine work, and no longer', async () => {
    const running = await cli.start('serve', '--config', cli.config);
    expect(marks()).toHaveLength(1);
    expect((await cli.run('users', 'invite', 'anna', '--config', cli.config)).code).toBe(0);
    expect((await running.stop()).code).toBe(0);
    expect(marks()).toEqual([]);
  });
});

/** Some slots are nobody's, and every node knows it. */
function forget(servers: readonly RedisServer[]): Promise<unknown> {
  return Promise.all(servers.map(({ admin }) => admin.call('CLUSTER', 'DELSLOTSRANGE', 5461, 5600)));
}

describe.skipIf(missing('redis'))('R24: a Redis that is not in order', () => {
  let group: Pick<RedisGroup, 'close'> | undefined;
  afterEach(() => group?.close());

  const withRedis = (redis: string) =>
    cli.write('redis.yaml', `${configuration(port)}store: { redis: { ${redis} } }\n`);

  it('keeps people, so that the folder holds keys only and another machine may hold the same', async () => {
    const server = await startRedis();
    group = server;
    markOfAnother();
    const config = withRedis(urlOf(server.port));
    expect((await cli.run('users', 'list', '--config', config)).code).toBe(0);
    expect(readdirSync(join(cli.folder, 'data')).toSorted()).toEqual(['keys', 'used-by-elsewhere']);
  });

  it('throws data away when memory is short: serves, warns at start, and says what could be lost and the remedy', async () => {
    const server = await startRedis(['appendonly yes', 'maxmemory-policy allkeys-lru']);
    group = server;
    const apps = [{ id: 'demo', upstream: 'http://127.0.0.1:9', preset: 'demo' }];
    const redis = urlOf(server.port);
    const sluis = await startSluis(apps, { extra: `store: { redis: { ${redis}, prefix: "eerst:" } }` });
    const warnings = sluis.log.map(line => JSON.parse(line)).filter(({ level }) => level === 'warn');
    await sluis.close();
    const words = { msg: expect.stringMatching(/allkeys-lru/), remedy: expect.stringContaining('noeviction') };
    expect(warnings).toContainEqual(expect.objectContaining(words));
    const config = withRedis(redis);
    const { code, out } = await cli.run('doctor', '--config', config);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/allkeys-lru\): a used code could be used again[\s\S]*noeviction/),
    ]);
  });

  it.each<[string, (servers: readonly RedisServer[]) => Promise<unknown>]>([
    ['slots that no node has', servers => forget(servers)],
    [
      'no quorum',
      async ([, second, third]) => {
        await Promise.all([second?.kill(), third?.kill()]);
      },
    ],
  ])('is a cluster with %s: refused at start, with the remedy', async (_what, spoil) => {
    const cluster = await startCluster();
    group = cluster;
    const [first] = cluster.servers;
    await spoil(cluster.servers);
    await until(async () => String(await first?.admin.call('CLUSTER', 'INFO')).includes('cluster_state:fail'));
    const config = withRedis(`url: "redis://127.0.0.1:${first?.port}", cluster: true`);
    const { code, err } = await cli.run('serve', '--config', config);
    expect([code, err]).toEqual([75, expect.stringMatching(/what to do: .*redis-cli cluster info/)]);
  });

  it('is a cluster that serves with slots missing: refused at start all the same', async () => {
    const cluster = await startCluster();
    group = cluster;
    for (const { admin } of cluster.servers) await admin.config('SET', 'cluster-require-full-coverage', 'no');
    await forget(cluster.servers);
    const config = withRedis(`url: "redis://127.0.0.1:${cluster.servers[0]?.port}", cluster: true`);
    const { code, err } = await cli.run('serve', '--config', config);
    expect([code, err]).toEqual([75, expect.stringMatching(/what to do: .*redis-cli cluster info/)]);
  });
});
