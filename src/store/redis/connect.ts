import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type ScriptName, scripts } from './scripts.ts';
import { isReadOnly } from './trouble.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Topology =
  | { readonly kind: 'single'; readonly address: Address; readonly database: number }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Address[];
      readonly name: string;
      readonly user: string | undefined;
      readonly password: string | undefined;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly Address[] };

/** Where Redis is and how one gets in. `tls` undefined: plain. */
export interface RedisAccess {
  readonly topology: Topology;
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'> | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Without what would change the types of answers. */
type Options = Omit<RedisOptions, 'replyMapping'>;

type Steps = Readonly<Record<ScriptName, (...values: string[]) => Promise<unknown>>>;
export type Client = (Redis | Cluster) & Steps;

/**
 * Together these keep an answer within a second, whatever Redis does, and never send a write twice by themselves.
 * `commandTimeout` bounds the wait, `socketTimeout` notices a server that hangs (without it, a master that was
 * stopped is never left). What was answered too late is unknown, not false.
 */
const timing = {
  commandTimeout: 500,
  socketTimeout: 1000,
  connectTimeout: 1000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const satisfies Options;

const longestPause = 500;

function pauseBefore(attempt: number): number {
  return Math.min(25 * 2 ** attempt, longestPause);
}

/** The connection for steps; not connected yet. Goes on reconnecting until it is told to disconnect. */
export function clientFor(access: RedisAccess): Client {
  const options = { ...timing, ...credentials(access), reconnectOnError: isReadOnly };
  if (access.topology.kind !== 'cluster')
    return new Redis({
      ...options,
      ...addressing(access),
      scripts,
      enableOfflineQueue: false,
      retryStrategy: pauseBefore,
      lazyConnect: true,
    }) as unknown as Client;
  return new Cluster([...access.topology.nodes], {
    redisOptions: options,
    scripts,
    enableOfflineQueue: false,
    clusterRetryStrategy: pauseBefore,
    slotsRefreshTimeout: 500,
    slotsRefreshInterval: 2000,
    // Names stay names, so that certificates can be held against them.
    dnsLookup: (name, found) => found(null, name),
    lazyConnect: true,
  }) as unknown as Client;
}

/** A connection of its own to listen on, which ends when it is lost. In a cluster any node will do: it hears them all. */
export function listenerFor(access: RedisAccess, client: Client): Redis {
  const place = client instanceof Cluster ? someNode(access, client) : addressing(access);
  return new Redis({
    ...timing,
    ...credentials(access),
    ...place,
    retryStrategy: null,
    sentinelRetryStrategy: () => null,
    lazyConnect: true,
  });
}

/**
 * A connection to this very server, which asks once and tries no second time; not connected yet. Without the driver's
 * check whether it is ready: that waits as long as the server loads its data, and needs INFO, which not every user may ask.
 */
export function serverAt(access: RedisAccess, address: Address): Redis {
  const once = { retryStrategy: null, lazyConnect: true, enableReadyCheck: false };
  const server = new Redis({ ...timing, ...credentials(access), ...address, ...once });
  // What went wrong is told to who asked.
  return server.on('error', () => undefined);
}

/** To each node that the configuration names, in the same way. */
export function nodesOf(access: RedisAccess): Redis[] {
  const { topology } = access;
  return topology.kind === 'cluster' ? topology.nodes.map(address => serverAt(access, address)) : [];
}

/** To each sentinel, in the same way. */
export function sentinelsOf({ topology, tls }: RedisAccess): Redis[] {
  if (topology.kind !== 'sentinel') return [];
  const { sentinels, user, password } = topology;
  return sentinels.map(address => serverAt({ topology, tls, user, password }, address));
}

function someNode({ topology }: RedisAccess, client: Cluster): Options {
  const known = client
    .nodes('master')
    .filter(node => node.status === 'ready')
    .map(({ options: { host = '', port = 0 } }) => ({ host, port }));
  const nodes = known.length > 0 || topology.kind !== 'cluster' ? known : topology.nodes;
  return { ...nodes[Math.floor(Math.random() * nodes.length)] };
}

function credentials({ user, password, tls }: RedisAccess): Options {
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function addressing({ topology, tls }: RedisAccess): Options {
  if (topology.kind === 'cluster') return {};
  if (topology.kind === 'single') return { ...topology.address, db: topology.database };
  return {
    sentinels: [...topology.sentinels],
    name: topology.name,
    role: 'master',
    failoverDetector: true,
    sentinelCommandTimeout: 500,
    // A sentinel that hangs must not keep the next from being asked.
    disconnectTimeout: 500,
    sentinelRetryStrategy: pauseBefore,
    sentinelReconnectStrategy: pauseBefore,
    ...(topology.user === undefined ? {} : { sentinelUsername: topology.user }),
    ...(topology.password === undefined ? {} : { sentinelPassword: topology.password }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}
