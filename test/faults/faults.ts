import { freePort, type RedisServer, startRedis, startSentinels, until } from '../support/redis.ts';
import { startSlowWire } from '../support/slow-wire.ts';

/** A Redis that can be broken in one way and mended again. */
export interface Fault {
  /** What stands below `redis:` in the configuration. */
  readonly redis: string;
  /** The log of ended sessions cannot be read. */
  readonly lost: boolean;
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

const onDisk = ['appendonly yes', 'appendfsync everysec'];

/** By the words of the operator's guide. */
export const faults: Readonly<Record<string, () => Promise<Fault>>> = {
  'is there': () => onServer({ lost: false, begin: async () => undefined, end: async () => undefined }),
  'refuses connections': () => onServer({ lost: true, begin: server => server.kill(), end: server => server.start() }),
  hangs: () => onServer({ lost: true, begin: async server => server.pause(), end: async server => server.resume() }),
  'is read only': () =>
    onServer({
      lost: false,
      begin: async ({ admin }) => void (await admin.replicaof('127.0.0.1', await freePort())),
      end: async ({ admin }) => void (await admin.replicaof('NO', 'ONE')),
    }),
  'is out of memory': () =>
    onServer({
      lost: false,
      begin: async ({ admin }) => void (await admin.config('SET', 'maxmemory', '1')),
      end: async ({ admin }) => void (await admin.config('SET', 'maxmemory', '0')),
    }),
  'fails over': failover,
  'is slow': slow,
};

interface Ways {
  readonly lost: boolean;
  begin(server: RedisServer): Promise<void>;
  end(server: RedisServer): Promise<void>;
}

async function onServer({ lost, begin, end }: Ways): Promise<Fault> {
  const server = await startRedis(onDisk);
  return {
    redis: `{ url: redis://127.0.0.1:${server.port} }`,
    lost,
    begin: () => begin(server),
    end: () => end(server),
    close: () => server.close(),
  };
}

/** The master dies; the sentinels look away until the end, so that the time between can be looked at. */
async function failover(): Promise<Fault> {
  const group = await startSentinels(1);
  const sentinels = group.servers.slice(0, 3);
  const addresses = sentinels.map(({ port }) => `"127.0.0.1:${port}"`).join(', ');
  return {
    redis: `{ sentinels: [${addresses}], name: sluis }`,
    lost: true,
    begin: async () => {
      // Else what was not copied yet would be lost as well: that is the guide's other table.
      const acknowledged = async () => {
        const [master, replica] = await Promise.all(
          [group.master, ...group.replicas].map(
            async ({ admin }) => /master_repl_offset:(\d+)/.exec(await admin.info('replication'))?.[1],
          ),
        );
        return master === replica;
      };
      await until(acknowledged);
      for (const sentinel of sentinels) sentinel.pause();
      await group.master.kill();
    },
    end: async () => {
      for (const sentinel of sentinels) sentinel.resume();
    },
    close: () => group.close(),
  };
}

async function slow(): Promise<Fault> {
  const server = await startRedis(onDisk);
  const wire = await startSlowWire(server.port);
  return {
    redis: `{ url: redis://127.0.0.1:${wire.port} }`,
    lost: false,
    begin: async () => {
      wire.delay = 300;
    },
    end: async () => {
      wire.delay = 0;
    },
    close: async () => {
      await wire.close();
      await server.close();
    },
  };
}
