import { Cluster, type Redis } from 'ioredis';
import { type Address, type Client, type RedisAccess, sentinelsOf, serverAt } from './connect.ts';
import { factsOf, infoIn, type ServerFacts } from './facts.ts';
import { reasonOf, unavailable } from './trouble.ts';

/** A replica that may take over, and of which nothing is known. */
export interface Unseen {
  readonly place: string;
  readonly why: string;
}

export interface Look {
  /** Every master, then the replicas that answered: after a failover it is theirs what counts. */
  readonly servers: readonly ServerFacts[];
  readonly unseen: readonly Unseen[];
}

/** Asks every master and every replica that is known. Rejects with 'store.unavailable' where a master does not answer. */
export async function lookAt(client: Client, access: RedisAccess, now: () => number): Promise<Look> {
  const masters: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client as Redis];
  try {
    const facts = await Promise.all(masters.map(master => factsOf(master, now)));
    const replicas = await replicasOf(client, access);
    const looks = await Promise.all(replicas.map(address => lookAtReplica(serverAt(access, address), address, now)));
    return { servers: [...facts, ...looks.flatMap(one => one.servers)], unseen: looks.flatMap(one => one.unseen) };
  } catch (error) {
    throw unavailable(error);
  }
}

async function lookAtReplica(server: Redis, { host, port }: Address, now: () => number): Promise<Look> {
  // Of a connection that fails, the driver's refusal says no more than that it was closed.
  let said: unknown;
  server.on('error', error => {
    said = error;
  });
  try {
    await server.connect();
    return { servers: [await factsOf(server, now)], unseen: [] };
  } catch (error) {
    return { servers: [], unseen: [{ place: `${host}:${port}`, why: reasonOf(said ?? error) }] };
  } finally {
    server.disconnect();
  }
}

async function replicasOf(client: Client, access: RedisAccess): Promise<Address[]> {
  if (client instanceof Cluster)
    return client.nodes('slave').map(({ options: { host = '', port = 0 } }) => ({ host, port }));
  const known = [...followers(await client.info('replication')), ...(await knownToSentinel(access))];
  return [...new Map(known.map(address => [`${address.host}:${address.port}`, address])).values()];
}

/** `slave0:ip=10.0.0.8,port=6379,state=online,…` */
function followers(text: string): Address[] {
  const rows = [...infoIn(text)].filter(([name]) => /^slave\d+$/.test(name)).map(([, row]) => row);
  return rows.map(row => addressOf(new URLSearchParams(row.replaceAll(',', '&'))));
}

/** Those that do not follow just now too. Of the first that answers: the others hear the same. */
async function knownToSentinel(access: RedisAccess): Promise<Address[]> {
  const { topology } = access;
  if (topology.kind !== 'sentinel') return [];
  for (const sentinel of sentinelsOf(access)) {
    try {
      await sentinel.connect();
      const rows = (await sentinel.call('SENTINEL', 'REPLICAS', topology.name)) as string[][];
      return rows.map(row => addressOf(new Map(row.map((word, at) => [word, row[at + 1] ?? '']))));
    } catch {
      // The next may know; what the master said of them is there in any case.
    } finally {
      sentinel.disconnect();
    }
  }
  return [];
}

function addressOf(said: { get(name: string): string | null | undefined }): Address {
  return { host: said.get('ip') ?? '', port: Number(said.get('port')) };
}
