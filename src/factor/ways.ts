import { deskCodeOf } from './desk-code/standing.ts';
import type { Factor, KindName, Person } from './person.ts';
import { levelOf } from './registry.ts';
import { type Usable, withoutSending } from './sent-code/usable.ts';

/**
 * The factors of this person that reach a level, those last used first: what a challenge may be answered with. Of codes
 * that are sent, and of the desk's code, `usable` says whether they may serve where she is going; unsaid, none of them does.
 */
export function waysOf(person: Person | undefined, level: number, usable: Usable = withoutSending): readonly Factor[] {
  const desk = deskCodeOf(person);
  const all: readonly Factor[] = [...(person?.factors ?? []), ...(desk === undefined ? [] : [desk])];
  const enough = all.filter(factor => levelOf(factor) >= level && usable(factor));
  return enough.toSorted((a, b) => lastTime(b) - lastTime(a));
}

function lastTime(factor: Factor): number {
  return factor.lastUsedAt ?? factor.boundAt;
}

/** Each kind once, in the order of `waysOf`. */
export function kindsOf(person: Person | undefined, level: number, usable?: Usable): readonly KindName[] {
  return [...new Set(waysOf(person, level, usable).map(({ kind }) => kind))];
}

/** The highest level that any factor of hers gives; 0 for none. */
export function highestLevel(person: Pick<Person, 'factors'> | undefined): number {
  return Math.max(0, ...(person?.factors ?? []).map(levelOf));
}
