import type { RealmSettings } from '../config/settings.ts';

type Groups = Pick<RealmSettings, 'groups'>;

const none: readonly string[] = Object.freeze([]);
const indexes = new WeakMap<Groups, ReadonlyMap<string, readonly string[]>>();

/**
 * The groups of the person of this name (normal form) in this realm. They stand in the configuration and nowhere else: no
 * request, no cookie and no app says who is in one, and a request makes no store call for it.
 */
export function groupsOf(realm: Groups, name: string): readonly string[] {
  let index = indexes.get(realm);
  if (index === undefined) {
    index = indexOf(realm);
    indexes.set(realm, index);
  }
  return index.get(name) ?? none;
}

/** Once a configuration: each has realms of its own. */
function indexOf({ groups }: Groups): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [group, names] of groups) {
    for (const name of names) found.set(name, [...(found.get(name) ?? []), group]);
  }
  return found;
}
