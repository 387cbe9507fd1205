import type { Redis } from 'ioredis';

/** What one server says of itself. What it may not tell us is undefined. */
export interface ServerFacts {
  /** `10.0.0.7:6379` */
  readonly place: string;
  /** `Redis 7.0.15`, `Valkey 8.1.1` */
  readonly product: string;
  /** 7.0 as [7, 0]. */
  readonly version: readonly [major: number, minor: number];
  /** `master`, `replica` */
  readonly role: string;
  readonly replicas: number;
  readonly aof: boolean;
  readonly fsync: string | undefined;
  /** Whether the last write to the log file and the last snapshot went well. */
  readonly diskWell: boolean;
  /** Snapshots are made at least this often while there are writes; seconds. 0: never. Undefined: not told. */
  readonly snapshotEvery: number | undefined;
  /** Bytes; 0: as much as the machine has. */
  readonly maxMemory: number;
  readonly eviction: string;
  readonly minReplicas: number | undefined;
  /** Seconds. */
  readonly maxLag: number | undefined;
  /** Milliseconds by which its clock is ahead of ours. */
  readonly ahead: number;
  /** Milliseconds that the question for the time took. */
  readonly roundTrip: number;
}

/** Rejects with whatever the driver says. */
export async function factsOf(server: Redis, now: () => number): Promise<ServerFacts> {
  // First, before the connection has anything else to do.
  const clock = await clockOf(server, now);
  const info = infoIn(await server.info());
  const settings = await settingsOf(server);
  const valkey = info.get('server_name') === 'valkey';
  const version = info.get(valkey ? 'valkey_version' : 'redis_version') ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return {
    place: placeOf(server),
    product: `${valkey ? 'Valkey' : 'Redis'} ${version}`,
    version: [major, minor],
    role: info.get('role')?.replace('slave', 'replica') ?? 'unknown',
    replicas: Number(info.get('connected_slaves') ?? 0),
    aof: info.get('aof_enabled') === '1',
    fsync: settings.get('appendfsync'),
    diskWell: ['aof_last_write_status', 'rdb_last_bgsave_status'].every(name => (info.get(name) ?? 'ok') === 'ok'),
    snapshotEvery: snapshotEvery(settings.get('save')),
    maxMemory: Number(info.get('maxmemory') ?? 0),
    eviction: info.get('maxmemory_policy') ?? 'unknown',
    minReplicas: numberOf(settings.get('min-replicas-to-write')),
    maxLag: numberOf(settings.get('min-replicas-max-lag')),
    ...clock,
  };
}

async function clockOf(server: Redis, now: () => number): Promise<{ ahead: number; roundTrip: number }> {
  const before = now();
  const [seconds, microseconds] = await server.time();
  const after = now();
  const theirs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  return { ahead: Math.round(theirs - (before + after) / 2), roundTrip: after - before };
}

/** Not every operator may, or lets us, read the configuration of a Redis: what is not told stays unknown. */
async function settingsOf(server: Redis): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of ['appendfsync', 'save', 'min-replicas-*']) {
    try {
      const flat: unknown = await server.config('GET', name);
      for (const [key, value] of pairs(flat)) found.set(key, value);
    } catch (error) {
      if (!/NOPERM|unknown command|not allowed|disabled/i.test(String(error))) throw error;
    }
  }
  return found;
}

function pairs(answer: unknown): [string, string][] {
  if (!Array.isArray(answer)) return Object.entries(answer ?? {}).map(([key, value]) => [key, String(value)]);
  const words = answer.map(String);
  return words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []));
}

/** What INFO answers, by name. */
export function infoIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter(line => line.includes(':'));
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** `3600 1 300 100`: after so many seconds if there were so many writes. The longest holds for a single write. */
function snapshotEvery(save: string | undefined): number | undefined {
  if (save === undefined) return undefined;
  const words = save.split(/\s+/).filter(Boolean).map(Number);
  return Math.max(0, ...words.filter((_word, index) => index % 2 === 0));
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

export function placeOf({ options, stream }: Redis): string {
  const { remoteAddress = options.host, remotePort = options.port } = stream ?? {};
  return `${remoteAddress}:${remotePort}`;
}
