import { sha256 } from '../kernel/hash.ts';
import type { Store } from '../kernel/store.ts';
import { type Pending, pendingLifetime } from './pending-record.ts';

/** The sets that cap how many pending sign-ins there may be, and that name those of one browser. */
export function accountSet(pending: Pick<Pending, 'realm' | 'name'>, browser: string | undefined): string {
  const where = browser === undefined ? 'unknown' : sha256(browser);
  return `pendings-of-account:{${sha256(`${pending.realm}\n${pending.name}`)}}:${where}`;
}

export function ownSet(person: string): string {
  return `pendings-of-own:{${person}}`;
}

export function ownSourceSet(source: string): string {
  return `pendings-of-own-source:{${sha256(source)}}`;
}

export function browserSet(browser: string): string {
  return `pendings-of-browser:{${browser}}`;
}

/** Those of one account that passed, in whatever browser. */
export function passedSet({ realm, name }: Pick<Pending, 'realm' | 'name'>): string {
  return `pendings-passed:{${sha256(`${realm}\n${name}`)}}`;
}

export function sourceSet(source: string): string {
  return `pendings-of-source:{${sha256(source)}}`;
}

/** Into the set of its account and that of its source, 40 times as wide; false, and in neither, where one is full. */
export async function joinSets(
  store: Store,
  [account = '', source = '']: readonly string[],
  id: string,
  cap: number,
): Promise<boolean> {
  const ttl = pendingLifetime;
  const answers = await Promise.all([
    store.add(account, id, { cap, ttl }),
    store.add(source, id, { cap: cap * 40, ttl }),
  ]);
  if (!answers.includes('full')) return true;
  await Promise.all([store.drop(account, id), store.drop(source, id)]);
  return false;
}

export async function leaveSets(store: Store, pending: Pending): Promise<void> {
  await Promise.all(pending.owners.map(owner => store.drop(owner, pending.id)));
}
