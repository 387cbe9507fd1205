import type { Finding } from '../cli/doctor.ts';
import type { RedisSettings, Settings } from '../config/settings.ts';
import type { KeyRing } from '../kernel/key-ring.ts';
import { randomId } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import { checkRing, type DataFolder, openStore } from '../store/data-folder.ts';
import { claimFolder } from '../store/folder-claim.ts';
import { networkFileSystemOf, thisMachine } from '../store/machine.ts';
import type { RedisAccess } from '../store/redis/connect.ts';
import { lookAt } from '../store/redis/look.ts';
import { RedisStore } from '../store/redis/redis-store.ts';
import { notLookedAt, verdictsOf } from '../store/redis/verdicts.ts';
import { fileText, secretIn } from './file-text.ts';
import type { Surroundings } from './surroundings.ts';

/** The store that the configuration names, whichever engine it stands on. */
export interface OpenedStore {
  readonly store: Store;
  /** Takes away what has expired, where the engine does not do so by itself. */
  readonly prune: (() => Promise<unknown>) | undefined;
  /** Looks at the engine: what would be lost, and when. Rejects with 'store.unavailable'. */
  examine(): Promise<readonly Finding[]>;
}

/** Rejects with 'data.*', 'config.unreadable' or 'store.unavailable'; nothing stays open then. */
export async function openConfiguredStore(
  settings: Settings,
  folder: DataFolder,
  ring: KeyRing,
  surroundings: Surroundings,
): Promise<OpenedStore> {
  if (settings.redis !== undefined) return openRedis(settings.redis, ring, surroundings);
  return openEmbedded(folder, ring, surroundings);
}

async function openEmbedded(folder: DataFolder, ring: KeyRing, surroundings: Surroundings): Promise<OpenedStore> {
  const { clock, logger, random, told } = surroundings;
  const claim = claimFolder({
    folder: folder.path,
    machine: thisMachine(),
    id: randomId(random),
    warn: (what, remedy) => told === true || logger.warn({ remedy }, what),
  });
  try {
    const store = await openStore(folder, ring, clock, () => claim.release());
    if (told !== true) for (const { what, remedy } of elsewhere(folder)) logger.warn({ remedy }, what);
    return {
      store,
      prune: () => store.prune().then(() => store.settle()),
      examine: async () => [...elsewhere(folder), ...embedded(folder)],
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** SQLite's log is shared memory and locks of one kernel; few file systems of networks have both, and none is tried. */
function elsewhere({ path }: DataFolder): readonly Finding[] {
  const kind = networkFileSystemOf(path);
  if (kind === undefined) return [];
  return [
    {
      weight: 'bad',
      what: `the data folder ${path} stands on a file system that may be shared over a network (${kind}): where two machines write to it, a code could be used twice and the database may break`,
      remedy: 'Put it on a disk of this machine. For several machines: store.redis.',
    },
  ];
}

async function openRedis(redis: RedisSettings, ring: KeyRing, surroundings: Surroundings): Promise<OpenedStore> {
  const { clock, logger, redisPassword, told } = surroundings;
  const access = accessOf(redis, redisPassword);
  const store = await RedisStore.open({
    ...access,
    prefix: redis.prefix,
    replicas: redis.replicas,
    onHearing: hearing =>
      hearing
        ? logger.info('messages of other instances are heard again')
        : logger.warn('messages of other instances are not heard; what they end is found out by asking'),
  });
  const examine = async () => {
    const { servers, unseen } = await lookAt(store.client, access, () => clock.now());
    return [...verdictsOf(servers, redis.replicas), ...unseen.map(notLookedAt)];
  };
  try {
    await checkRing(store, ring, `Redis (keys that begin with "${redis.prefix}")`);
    const bad = told === true ? [] : (await examine()).filter(({ weight }) => weight === 'bad');
    for (const { what, remedy } of bad) logger.warn({ remedy }, what);
    return { store, prune: undefined, examine };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function accessOf(redis: RedisSettings, fromEnv: string | undefined): RedisAccess {
  const { topology, tls, user, passwordFile, sentinelUser, sentinelPasswordFile } = redis;
  return {
    topology:
      topology.kind === 'sentinel'
        ? { ...topology, user: sentinelUser, password: sentinelPasswordFile && secretIn(sentinelPasswordFile) }
        : topology,
    tls: tls && tlsOptions(tls),
    user,
    password: passwordFile === undefined ? fromEnv : secretIn(passwordFile),
  };
}

function tlsOptions({ ca, certificate, key, serverName }: NonNullable<RedisSettings['tls']>): RedisAccess['tls'] {
  return {
    ...(ca === undefined ? {} : { ca: fileText(ca) }),
    ...(certificate === undefined ? {} : { cert: fileText(certificate) }),
    ...(key === undefined ? {} : { key: fileText(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function embedded({ path }: DataFolder): readonly Finding[] {
  return [
    {
      weight: 'good',
      what: `the embedded store in ${path} opens with these keys; every write is on disk before it is answered`,
    },
    {
      weight: 'note',
      what: 'one machine: while it is away nobody can sign in, and when its disk is lost so is everything since the last backup',
      remedy: 'Back up the database, and the keys apart from it. For several machines: store.redis.',
    },
  ];
}
