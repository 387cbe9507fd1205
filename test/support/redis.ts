import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Topology } from '../../src/store/redis/connect.ts';
import { RedisStore, type RedisStoreOptions } from '../../src/store/redis/redis-store.ts';
import { freePort } from './free-port.ts';
import { certificate, key } from './redis-certificate.ts';

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

export async function startSingle(): Promise<RedisGroup> {
  const server = await startRedis();
  return { topology: single(server), servers: [server], close: () => server.close() };
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

/** Of servers that speak TLS only, to who gives the password. */
export interface Guard {
  /** Of the servers: what stands in their configuration for Sluis. */
  readonly server: readonly string[];
  readonly sentinel: readonly string[];
}

/** Of whoever may do anything: of the servers and of the sentinels. */
const rootPassword = { server: 'Root-2026', sentinel: 'Sentinel-2026' };
/** What a client needs to know of their certificate. */
export const guardTls = { ca: certificate, servername: 'redis.test' };

function guardLines(folder: string, port: number, kind: Kind, guard: Guard): readonly string[] {
  const [cert, secret] = [join(folder, 'redis.pem'), join(folder, 'redis-key.pem')];
  writeFileSync(cert, certificate);
  writeFileSync(secret, key);
  const files = [`tls-cert-file ${cert}`, `tls-key-file ${secret}`, `tls-ca-cert-file ${cert}`];
  const tls = ['port 0', `tls-port ${port}`, ...files, 'tls-auth-clients no', 'tls-replication yes'];
  const master = kind === 'server' ? [`masterauth ${rootPassword.server}`] : [];
  return [...tls, `requirepass ${rootPassword[kind]}`, ...master, ...guard[kind]];
}

type Kind = 'server' | 'sentinel';

/** Nothing is written to the disk unless `settings` say so. */
export async function startRedis(
  settings: readonly string[] = [],
  kind: Kind = 'server',
  guard?: Guard,
): Promise<RedisServer> {
  const port = await freePort();
  // Servers are killed here, machines are not: what a disk takes for each write would be time that nothing is proved by.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sluis-redis-'));
  const file = join(folder, 'redis.conf');
  const own = kind === 'server' ? ['save ""', 'appendonly no', 'enable-debug-command yes'] : [];
  const door = guard === undefined ? [`port ${port}`] : guardLines(folder, port, kind, guard);
  const base = [...door, 'bind 127.0.0.1', `dir ${folder}`, 'daemonize no', ...own];
  writeFileSync(file, `${[...base, ...settings].join('\n')}\n`);
  const args = [file, ...(kind === 'sentinel' ? ['--sentinel'] : [])];
  const server = new Server(port, folder, args, guard && rootPassword[kind]);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Another server that speaks the same, as `valkey-server`, for who wants to see that the tests hold on it. */
const program = process.env['SLUIS_TEST_REDIS'] ?? 'redis-server';

class Server implements RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly admin: Redis;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  constructor(port: number, folder: string, args: readonly string[], password?: string) {
    this.port = port;
    this.folder = folder;
    this.#args = args;
    const guarded = password === undefined ? {} : { password, tls: guardTls };
    this.admin = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 50, ...guarded });
    this.admin.on('error', () => undefined);
  }

  async start(): Promise<void> {
    const child = spawn(program, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
    child.once('exit', () => ready.reject(new Error(`${program} ended: ${said}`)));
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
  readonly sentinels: readonly RedisServer[];
  readonly master: RedisServer;
  readonly replicas: readonly RedisServer[];
}

/** A master with replicas, watched by three sentinels that agree fast, once it was silent for `downAfter` milliseconds. */
export async function startSentinels(count = 1, guard?: Guard, downAfter = 500): Promise<SentinelGroup> {
  const master = await startRedis(['repl-diskless-sync-delay 0'], 'server', guard);
  const follow = [`replicaof 127.0.0.1 ${master.port}`, 'repl-diskless-sync-delay 0'];
  const replicas = await Promise.all(Array.from({ length: count }, () => startRedis(follow, 'server', guard)));
  await until(async () => (await Promise.all(replicas.map(isInStep))).every(Boolean));
  const watch = [
    `sentinel monitor sluis 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds sluis ${downAfter}`,
    'sentinel failover-timeout sluis 2000',
    ...(guard === undefined ? [] : ownWords),
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedis(watch, 'sentinel', guard)));
  await until(async () => (await Promise.all(sentinels.map(one => knowsAll(one, count)))).every(Boolean));
  const servers = [...sentinels, ...replicas, master];
  const addresses = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  return {
    topology: { kind: 'sentinel', sentinels: addresses, name: 'sluis', user: undefined, password: undefined },
    servers,
    sentinels,
    master,
    replicas,
    close: () => closeAll(servers),
  };
}

/** With which sentinels go to the servers and to each other. */
const ownWords = [
  `sentinel auth-pass sluis ${rootPassword.server}`,
  `sentinel sentinel-pass ${rootPassword.sentinel}`,
] as const;

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
export async function startCluster({
  replicas: each = 0,
  guard = undefined as Guard | undefined,
} = {}): Promise<ClusterGroup> {
  const masters = await startMasters(guard);
  const followed = masters.flatMap(master => Array.from({ length: each }, () => master));
  const replicas = await Promise.all(followed.map(async master => follow(await startClusterNode(guard), master)));
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

async function startMasters(guard: Guard | undefined): Promise<ClusterNode[]> {
  const servers = await Promise.all([0, 1, 2].map(() => startClusterNode(guard)));
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

async function startClusterNode(guard: Guard | undefined): Promise<ClusterNode> {
  const bus = await freePort();
  const settings = ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 2000'];
  const tls = guard === undefined ? [] : ['tls-cluster yes'];
  const server = await startRedis([...settings, ...tls, 'repl-diskless-sync-delay 0'], 'server', guard);
  return Object.assign(server, { bus });
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
 * Their second is held by the best of several tries (`test/faults/one-second.test.ts`).
 */
export const bound = 5_000;
