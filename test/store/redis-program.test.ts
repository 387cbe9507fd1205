import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, configuration, openCli } from '../cli/cli-bench.ts';
import { missing } from '../support/apps.ts';
import { freePort, type RedisGroup, type RedisServer, startCluster, startRedis, until } from '../support/redis.ts';
import { certificate, key } from '../support/redis-certificate.ts';
import { startSluis } from '../support/sluis.ts';

describe.skipIf(missing('redis'))('R24: Sluis on a Redis', () => {
  let server: RedisServer;
  let cli: Cli;
  let port: number;
  beforeEach(async () => {
    server = await startRedis([
      'user sluis on >Sluis-2026 ~* &* +@all',
      'user narrow on >Narrow-2026 ~sluis:* &sluis:* +@all -@dangerous +info +config|get +cluster|slots +cluster|info',
    ]);
    port = await freePort();
    cli = openCli(port);
    cli.write('password', 'Sluis-2026\n');
  });
  afterEach(async () => {
    cli.remove();
    await server.close();
  });

  const withRedis = (redis: string) =>
    cli.write('redis.yaml', `${configuration(port)}store: { redis: { ${redis} } }\n`);
  const url = () => `url: "redis://127.0.0.1:${server.port}", user: sluis, passwordFile: password`;

  it('keeps people there: what one instance wrote another reads', async () => {
    const config = withRedis(url());
    const invited = await cli.run('users', 'invite', 'anna', '--config', config);
    expect([invited.code, invited.err]).toEqual([0, '']);
    const records = await server.admin.keys('sluis:record:person:*');
    expect(records.filter(name => !name.includes(':answer:'))).toHaveLength(1);
    const listed = await cli.run('users', 'list', '--config', config);
    expect(listed.out).toContain('anna');
    expect((await cli.run('audit', 'verify', '--config', config)).out).toContain('whole');
    // The data folder holds the keys and no people.
    expect((await cli.run('users', 'list', '--config', cli.config)).out).not.toContain('anna');
  });

  it('serves, and ends', async () => {
    const running = await cli.start('serve', '--config', withRedis(url()));
    expect(running.said()).toContain('Sluis is listening');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(421);
    expect((await running.stop()).code).toBe(0);
  });

  it('R24: tells the balancer while Redis does not answer, lives on, and is ready again by itself', async () => {
    const management = await freePort();
    const extra = `store: { redis: { url: "redis://127.0.0.1:${server.port}" } }\nmanagement: { port: ${management} }`;
    const sluis = await startSluis([{ id: 'demo', upstream: 'http://127.0.0.1:9', preset: 'demo' }], { extra });
    const says = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${management}${path}`);
      return `${answer.status} ${await answer.text()}`;
    };
    try {
      await until(async () => (await says('/readyz')).startsWith('200 ready since'));
      server.pause();
      await until(async () => (await says('/readyz')).startsWith('503 store lost since'));
      expect(await says('/healthz')).toBe('200 alive\n');
      server.resume();
      await until(async () => (await says('/readyz')).startsWith('200 ready since'));
    } finally {
      server.resume();
      await sluis.close();
    }
  });

  it('refuses an instance whose keys are others', async () => {
    const config = withRedis(url());
    expect((await cli.run('users', 'list', '--config', config)).code).toBe(0);
    const other = openCli(port);
    other.write('password', 'Sluis-2026');
    const elsewhere = other.write('redis.yaml', `${configuration(port)}store: { redis: { ${url()} } }\n`);
    const { code, err } = await other.run('users', 'list', '--config', elsewhere);
    other.remove();
    expect(code).toBe(65);
    expect(err).toMatch(/sealed with key .* not given[\s\S]*what to do/);
  });

  it.each([
    [
      'a wrong password',
      () => `url: "redis://127.0.0.1:${server.port}", user: sluis`,
      /WRONGPASS|NOAUTH[\s\S]*passwordFile/,
    ],
    ['an address where nothing is', () => 'url: "redis://127.0.0.1:1"', /ECONNREFUSED[\s\S]*what to do/],
    ['a server called a cluster', () => `${url()}, cluster: true`, /Redis cannot be used[\s\S]*without cluster: true/],
  ])('does not start with %s, and says what to do', async (_what, redis, words) => {
    if (_what === 'a wrong password') cli.write('password', 'wrong');
    const { code, err } = await cli.run('serve', '--config', withRedis(_what === 'a wrong password' ? url() : redis()));
    expect(code).toBe(75);
    expect(err).toMatch(words);
    expect(err).not.toContain('Sluis-2026');
  });

  it('is looked at by sluis doctor: all is bad in a Redis as a cache', async () => {
    await server.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, out } = await cli.run('doctor', '--config', withRedis(url()));
    expect(code).toBe(1);
    expect(out).toMatch(/ok {4}127\.0\.0\.1:\d+: (?:Redis|Valkey) \d/);
    expect(out).toMatch(/BAD .*nothing is kept on disk: when Redis stops, second factors/);
    expect(out).toMatch(/BAD .*allkeys-lru\): a used code could be used again/);
    expect(out).toMatch(/note .*no replica/);
    expect(out).toContain('what to do: Set appendonly yes.');
  });

  it('is looked at by sluis doctor: nothing is bad where all is kept', async () => {
    await server.admin.config('SET', 'appendonly', 'yes');
    await server.admin.config('SET', 'appendfsync', 'always');
    await server.admin.config('SET', 'maxmemory', '100mb');
    const { code, out } = await cli.run('doctor', '--config', withRedis(url()));
    expect([code, out]).toEqual([0, expect.stringMatching(/before it is answered[\s\S]*Nothing bad was found/)]);
  });

  it('is looked at as far as its user may see, with no more rights than the guide names', async () => {
    cli.write('password', 'Narrow-2026');
    const config = withRedis(url().replace('user: sluis', 'user: narrow'));
    expect((await cli.run('users', 'invite', 'anna', '--config', config)).code).toBe(0);
    const { out } = await cli.run('doctor', '--config', config);
    expect(out).toMatch(/nothing is kept on disk/);
    await server.admin.acl('SETUSER', 'narrow', '-config|get');
    const less = await cli.run('doctor', '--config', config);
    expect(less.out).toMatch(/only snapshots are kept: .* since the last snapshot/);
  });
});

describe.skipIf(missing('redis'))('R24: Sluis on a Redis that speaks TLS only', () => {
  let server: RedisServer;
  let cli: Cli;
  let tlsPort: number;
  beforeEach(async () => {
    cli = openCli(await freePort());
    cli.write('redis.pem', certificate);
    cli.write('redis-key.pem', key);
    tlsPort = await freePort();
    const file = (name: string) => `${cli.folder}/${name}`;
    const tls = [`tls-port ${tlsPort}`, `tls-cert-file ${file('redis.pem')}`, `tls-key-file ${file('redis-key.pem')}`];
    server = await startRedis([...tls, `tls-ca-cert-file ${file('redis.pem')}`, 'tls-auth-clients yes']);
  });
  afterEach(async () => {
    cli.remove();
    await server.close();
  });

  const run = (tls: string) => {
    const redis = `store: { redis: { url: "rediss://127.0.0.1:${tlsPort}", ${tls} } }\n`;
    writeFileSync(`${cli.folder}/tls.yaml`, `${configuration(8080)}${redis}`);
    return cli.run('users', 'list', '--config', `${cli.folder}/tls.yaml`);
  };
  const own = 'certificate: redis.pem, key: redis-key.pem';

  it('is used with its CA, its name and our own certificate', async () => {
    expect(await run(`tls: { ca: redis.pem, serverName: redis.test, ${own} }`)).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['whose CA is not ours', `tls: { serverName: redis.test, ${own} }`],
    ['whose name is another', `tls: { ca: redis.pem, ${own} }`],
    ['that asks for a certificate we do not show', 'tls: { ca: redis.pem, serverName: redis.test }'],
  ])('is refused %s', async (_what, tls) => {
    expect((await run(tls)).code).toBe(75);
  });
});

describe.skipIf(missing('redis'))('R24: Sluis on a cluster', () => {
  let group: RedisGroup;
  let cli: Cli;
  beforeEach(async () => {
    group = await startCluster();
    cli = openCli(await freePort());
  });
  afterEach(async () => {
    cli.remove();
    await group.close();
  });

  const config = () => {
    const redis = `store: { redis: { url: "redis://127.0.0.1:${group.servers[1]?.port}", cluster: true } }\n`;
    return cli.write('cluster.yaml', `${configuration(8080)}${redis}`);
  };

  it('finds all of it from one node, and sluis doctor looks at every master', async () => {
    expect((await cli.run('users', 'invite', 'anna', '--config', config())).code).toBe(0);
    const { out } = await cli.run('doctor', '--config', config());
    for (const { port } of group.servers) expect(out).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: (?:Redis|Valkey) `));
  });

  it('is refused at start without its quorum', async () => {
    await group.servers[0]?.kill();
    await group.servers[2]?.kill();
    const { code, err } = await cli.run('users', 'list', '--config', config());
    expect(code).toBe(75);
    expect(err).toContain('what to do');
  });
});

describe('R24: the embedded store', () => {
  it('is looked at by sluis doctor too', async () => {
    const cli = openCli();
    const { code, out } = await cli.run('doctor', '--config', cli.config);
    cli.remove();
    expect([code, out]).toEqual([0, expect.stringMatching(/embedded store[\s\S]*one machine/)]);
  });
});
