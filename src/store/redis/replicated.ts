import type { Client } from './connect.ts';
import { nodeAt, placeOf } from './nodes.ts';

/** Milliseconds; replicas that need longer are as good as none. */
const patience = 200;

/**
 * Resolves once so many replicas have what was last written on this connection to the node of this key; rejects where
 * they do not say so in time. Redis sends its stream in order, so they then have all that came before as well, and
 * Sentinel and clusters give the place of a master to the replica that has most of it.
 */
export async function replicated(client: Client, name: string, replicas: number): Promise<void> {
  // Redirections have corrected the map of slots before the step was answered.
  const node = nodeAt(client, placeOf(client, name));
  if (node === undefined) throw new Error('the node of what was written is not known');
  const having = await node.wait(replicas, patience);
  if (having < replicas) throw new Error(`NOREPLICAS only ${having} of ${replicas} replicas have the write`);
}
