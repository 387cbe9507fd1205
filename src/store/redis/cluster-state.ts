import { Cluster, type Redis } from 'ioredis';
import { type Client, nodesOf, type RedisAccess } from './connect.ts';

const slots = 16_384;

/**
 * What ails a cluster to which no connection can be had, by the first of its nodes that answers: the driver tells what
 * befell it at the last node it tried, which says nothing of the whole. Never rejects.
 */
export async function ailmentOfClosed(access: RedisAccess): Promise<Error | undefined> {
  for (const node of nodesOf(access)) {
    try {
      await node.connect();
      return await ailmentOf(node);
    } catch {
      // The next may know.
    } finally {
      node.disconnect();
    }
  }
  return undefined;
}

/** A cluster may serve with slots that no node has (cluster-require-full-coverage no): some people could never sign in. */
export async function ailmentOfOpen(client: Client): Promise<Error | undefined> {
  if (!(client instanceof Cluster)) return undefined;
  const [node] = client.nodes('master');
  // What may not be asked cannot be held against it.
  return node === undefined ? undefined : ailmentOf(node).catch(() => undefined);
}

async function ailmentOf(node: Redis): Promise<Error | undefined> {
  const info = String(await node.cluster('INFO'));
  const of = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const assigned = Number(of('cluster_slots_assigned'));
  if (assigned < slots) return new Error(`CLUSTERDOWN ${slots - assigned} of its ${slots} slots have no node`);
  if (of('cluster_state') !== 'fail') return undefined;
  return new Error('CLUSTERDOWN too few of its masters are reached for a quorum, or some slots are not served');
}
