import type { Level } from '../../config/settings.ts';
import type { Factor, Person } from '../person.ts';
import { levelOf } from '../registry.ts';

/**
 * The code that the desk gave her, if she has one. It stands beside her factors and never among them: nothing that asks
 * what she has by way of a second step (a set-up, her own changes, trust, recovery codes) sees it. It stands in for what she
 * left at home, so it is worth no more than that, and nothing where that is gone.
 */
export function deskCodeOf(person: Person | undefined): Factor<'desk-code'> | undefined {
  const code = person?.deskCode;
  if (person === undefined || code === undefined || person.closed !== undefined) return undefined;
  const level = Math.min(levelOf(code), Math.max(0, ...person.factors.map(levelOf)));
  return level === 0 ? undefined : { ...code, level: level as Level };
}

/** What a session or a sign-in was passed with: a factor of hers, or the code of the desk; undefined where it is hers no longer. */
export function passedWith(person: Person | undefined, id: string): Factor | undefined {
  return person?.factors.find(factor => factor.id === id) ?? [deskCodeOf(person)].find(code => code?.id === id);
}

/** When what was passed with this ends by itself. */
export function endOf(factor: Factor | undefined): number {
  return factor?.kind === 'desk-code' ? factor.credential.until : Number.POSITIVE_INFINITY;
}

/** The record as it counts now: a code whose day is over is not in it, and is gone with the next change that is written. */
export function withoutOver(person: Person, now: number): Person {
  const { deskCode, ...rest } = person;
  return deskCode !== undefined && now >= deskCode.credential.until ? rest : person;
}
