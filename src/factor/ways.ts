import type { Factor, KindName, Person } from './person.ts';
import { levelOf } from './registry.ts';

/** The factors of this person that reach a level, those last used first: what a challenge may be answered with. */
export function waysOf(person: Person | undefined, level: number): readonly Factor[] {
  const enough = (person?.factors ?? []).filter(factor => levelOf(factor) >= level);
  return enough.toSorted((a, b) => lastTime(b) - lastTime(a));
}

function lastTime(factor: Factor): number {
  return factor.lastUsedAt ?? factor.boundAt;
}

/** Each kind once, in the order of `waysOf`. */
export function kindsOf(person: Person | undefined, level: number): readonly KindName[] {
  return [...new Set(waysOf(person, level).map(({ kind }) => kind))];
}

/** The highest level that any factor of hers gives; 0 for none. */
export function highestLevel(person: Person | undefined): number {
  return Math.max(0, ...(person?.factors ?? []).map(levelOf));
}
