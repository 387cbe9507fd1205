import type { Person } from '../factor/person.ts';
import type { Operator } from '../operator/operator.ts';
import type { ConsoleDeps } from './deps.ts';

type Deps = Pick<ConsoleDeps, 'store' | 'ring'>;
type Named = Pick<Person, 'realm' | 'name'>;

/** For as long as somebody could still come for the code. */
const takenLife = 90 * 24 * 60 * 60_000;

/**
 * Who took a second step of somebody away does not hand out the next (R34): whoever knows her password would need nobody
 * else. Noted before it is taken, so that there is no moment in between; of each operator by herself, so that a
 * colleague who does the same does not free the first.
 */
export function noteTaken(
  { store }: Pick<Deps, 'store'>,
  person: string,
  operator: Pick<Operator, 'id'>,
): Promise<void> {
  return note(store, takenKey(person, operator));
}

/** Who is erased takes her id along, and the next of her name is somebody else: of her a MAC is kept, and no name (R61). */
export function noteErased({ store, ring }: Deps, person: Named, operator: Pick<Operator, 'id'>): Promise<void> {
  return note(store, takenKey(macOf(ring, person), operator));
}

/** `id`: undefined of a name that nobody has. */
export async function hasTaken(
  { store, ring }: Deps,
  person: Named & { readonly id: string | undefined },
  operator: Pick<Operator, 'id'>,
): Promise<boolean> {
  const whose = person.id === undefined ? [] : [person.id];
  const found = await Promise.all([...whose, macOf(ring, person)].map(one => store.get(takenKey(one, operator))));
  return found.some(one => one !== undefined);
}

async function note(store: Deps['store'], key: string): Promise<void> {
  if (await store.create(key, '', takenLife)) return;
  const before = await store.get(key);
  if (before !== undefined) await store.replace(key, before.version, '', takenLife);
}

function macOf(ring: Deps['ring'], { realm, name }: Named): string {
  return ring.mac('console-taken', JSON.stringify([realm, name]));
}

function takenKey(person: string, { id }: Pick<Operator, 'id'>): string {
  return `console-taken:{${person}}:${id}`;
}
