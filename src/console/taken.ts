import type { Operator } from '../operator/operator.ts';
import type { ConsoleDeps } from './deps.ts';

type Deps = Pick<ConsoleDeps, 'store'>;

/** For as long as somebody could still come for the code. */
const takenLife = 90 * 24 * 60 * 60_000;

/**
 * Who took a second step of somebody away does not hand out the next (R34): whoever knows her password would need nobody
 * else. Noted before it is taken, so that there is no moment in between; of each operator by herself, so that a
 * colleague who does the same does not free the first.
 */
export async function noteTaken({ store }: Deps, person: string, { id }: Pick<Operator, 'id'>): Promise<void> {
  const key = takenKey(person, id);
  if (await store.create(key, '', takenLife)) return;
  const before = await store.get(key);
  if (before !== undefined) await store.replace(key, before.version, '', takenLife);
}

export async function hasTaken({ store }: Deps, person: string, { id }: Pick<Operator, 'id'>): Promise<boolean> {
  return (await store.get(takenKey(person, id))) !== undefined;
}

function takenKey(person: string, operator: string): string {
  return `console-taken:{${person}}:${operator}`;
}
