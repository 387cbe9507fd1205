import { Cluster, Command, type Redis } from 'ioredis';
import type { Client } from './connect.ts';

/** Where in a cluster the key of this name is, as far as is known; '' where there is one server, or nobody knows. */
export function placeOf(client: Client, name: string): string {
  if (!(client instanceof Cluster)) return '';
  const slot = new Command('get', [name]).getSlot();
  return (slot === null ? undefined : client.slots[slot]?.[0]) ?? '';
}

/** The server at that place; undefined where it is none of them any more. */
export function nodeAt(client: Client, place: string): Redis | undefined {
  if (!(client instanceof Cluster)) return client as Redis;
  return client.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === place);
}

/** Whether the server at that place answers; one that keys are no more at holds nobody up. */
export async function answersAt(client: Client, place: string): Promise<boolean> {
  const node = nodeAt(client, place);
  // The driver drops a node that hangs, and takes it up again while the cluster names it.
  if (node === undefined) return !(client instanceof Cluster && client.slots.some(([master] = []) => master === place));
  return node.ping().then(
    () => true,
    () => false,
  );
}
