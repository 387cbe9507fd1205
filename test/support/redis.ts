import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Topology } from '../../src/store/redis/connect.ts';
import { RedisStore, type RedisStoreOptions } from '../../src/store/redis/redis-store.ts';
import { freePort } from './free-port.ts';

export { freePort };

/** One server of Redis that belongs to the test: a free loopback port, a folder of its own. */
export interface RedisServer {
  readonly port: number;
  readonly folder: string;
  /** A plain connection to it, for what a test does behind the back of the store. */
  readonly admin: Redis;
  /** SIGSTOP: it holds its connections and answers nothing; SIGCONT wakes it. */
  pause(): void;
  resume(): void;
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>;
  /** The same server again, on its port and its folder. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface RedisGroup {
  readonly topology: Topology;
  readonly servers: readonly RedisServer[];
  close(): Promise<void>;
}

export function single(server: RedisServer): Topology {
  return { kind: 'single', address: { host: '127.0.0.1', port: server.port }, database: 0 };
}

let prefixes = 0;

/** A store that is empty because nobody else uses its prefix. */
export function openRedisStore(topology: Topology, more: Partial<RedisStoreOptions> = {}): Promise<RedisStore> {
  return RedisStore.open({
    topology,
    tls: undefined,
    user: undefined,
    password: undefined,
    prefix: freshPrefix(),
    ...more,
  });
}

export function freshPrefix(): string {
  prefixes += 1;
  return `t${process.pid}-${prefixes}:`;
}

/** Nothing is written to the disk unless `settings` say so. */
export async function startRedis(
  settings: readonly string[] = [],
  kind: 'server' | 'sentinel' = 'server',
): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sluis-redis-'));
  const file = join(folder, 'redis.conf');
  const own = kind === 'server' ? ['save ""', 'appendonly no', 'enable-debug-command yes'] : [];
  const base = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, 'daemonize no', ...own];
  writeFileSync(file, `${[...base, ...settings].join('\n')}\n`);
  const server = new Server(port, folder, [file, ...(kind === 'sentinel' ? ['--sentinel'] : [])]);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

class Server implements RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly admin: Redis;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#args = args;
    this.admin = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 50 });
    this.admin.on('error', () => undefined);
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    const ready = Promise.withResolvers<void>();
    const hear = (chunk: Buffer) => {
      said += String(chunk);
      if (/Ready to accept connections|Sentinel ID is/.test(said)) ready.resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', ready.reject);
    child.once('exit', () => ready.reject(new Error(`redis-server ended: ${said}`)));
    await ready.promise;
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    this.admin.disconnect();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface SentinelGroup extends RedisGroup {
  readonly master: RedisServer;
  readonly replicas: readonly RedisServer[];
}

/** A master with replicas, watched by three sentinels that agree fast. */
export async function startSentinels(count = 1): Promise<SentinelGroup> {
  const master = await startRedis(['repl-diskless-sync-delay 0']);
  const follow = [`replicaof 127.0.0.1 ${master.port}`, 'repl-diskless-sync-delay 0'];
  const replicas = await Promise.all(Array.from({ length: count }, () => startRedis(follow)));
  await until(async () => (await Promise.all(replicas.map(isInStep))).every(Boolean));
  const watch = [
    `sentinel monitor sluis 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds sluis 500',
    'sentinel failover-timeout sluis 2000',
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedis(watch, 'sentinel')));
  await until(async () => (await Promise.all(sentinels.map(one => knowsAll(one, count)))).every(Boolean));
  const servers = [...sentinels, ...replicas, master];
  const addresses = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  return {
    topology: { kind: 'sentinel', sentinels: addresses, name: 'sluis', user: undefined, password: undefined },
    servers,
    master,
    replicas,
    close: () => closeAll(servers),
  };
}

async function isInStep({ admin }: RedisServer): Promise<boolean> {
  return (await admin.info('replication')).includes('master_link_status:up');
}

/** Each must know the replicas and the other two, or they cannot agree on what to do. */
async function knowsAll({ admin }: RedisServer, replicas: number): Promise<boolean> {
  const flat = (await admin.call('SENTINEL', 'MASTER', 'sluis')) as string[];
  const of = (name: string) => flat[flat.indexOf(name) + 1];
  return of('num-slaves') === String(replicas) && of('num-other-sentinels') === '2';
}

export interface ClusterGroup extends RedisGroup {
  readonly masters: readonly RedisServer[];
  /** Those of the first master, then those of the second. */
  readonly replicas: readonly RedisServer[];
}

/** Three masters that share the slots, each with so many replicas. */
export async function startCluster({ replicas: each = 0 } = {}): Promise<ClusterGroup> {
  const masters = await startMasters();
  const followed = masters.flatMap(master => Array.from({ length: each }, () => master));
  const replicas = await Promise.all(followed.map(async master => follow(await startClusterNode(), master)));
  const servers = [...masters, ...replicas];
  await until(async () => (await Promise.all(servers.map(one => isWhole(one, servers.length)))).every(Boolean));
  const nodes = masters.map(({ port }) => ({ host: '127.0.0.1', port }));
  return { topology: { kind: 'cluster', nodes }, masters, replicas, servers, close: () => closeAll(servers) };
}

async function follow(replica: ClusterNode, master: RedisServer): Promise<ClusterNode> {
  await master.admin.call('CLUSTER', 'MEET', '127.0.0.1', replica.port, replica.bus);
  const id = String(await master.admin.call('CLUSTER', 'MYID'));
  // Refused until it has heard of its master.
  await until(async () => (await replica.admin.call('CLUSTER', 'REPLICATE', id)) === 'OK');
  await until(() => isInStep(replica));
  return replica;
}

async function startMasters(): Promise<ClusterNode[]> {
  const servers = await Promise.all([0, 1, 2].map(() => startClusterNode()));
  const [first] = servers;
  if (first === undefined) throw new Error('no node');
  const borders = [0, 5461, 10923, 16384];
  await Promise.all(
    servers.map(({ admin }, index) =>
      admin.call('CLUSTER', 'ADDSLOTSRANGE', borders[index] ?? 0, (borders[index + 1] ?? 0) - 1),
    ),
  );
  for (const { port, bus } of servers) await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
  await until(async () => (await Promise.all(servers.map(one => isWhole(one, servers.length)))).every(Boolean));
  return servers;
}

interface ClusterNode extends RedisServer {
  readonly bus: number;
}

async function startClusterNode(): Promise<ClusterNode> {
  const bus = await freePort();
  const settings = ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 2000'];
  return Object.assign(await startRedis([...settings, 'repl-diskless-sync-delay 0']), { bus });
}

async function isWhole({ admin }: RedisServer, nodes: number): Promise<boolean> {
  const info = String(await admin.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`);
}

async function closeAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map(server => server.close()));
}

/** Asks again until it is so; `deadline` in milliseconds. Rejects where it does not become so. */
export async function until(isSo: () => Promise<boolean>, deadline = 45_000): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not so within ${deadline} ms`);
    await pause(25);
  }
}

/**
 * Steps end within 800 ms by timers of their own (`src/store/redis/link.ts`). Here only that they end at all is held, with
 * room for a machine that is busy with everything else: without the bound a lost node takes them for as long as it likes.
 */
export const bound = 5_000;
