import type { TrustSettings } from '../config/settings.ts';
import { mayGiveTrust, trustLevel } from '../device/living.ts';
import type { Person } from '../factor/person.ts';
import { ageInWords } from './explain-words.ts';
import type { Demand } from './route.ts';

/** Whether the password is enough here in a browser that its owner trusts (R12), and if not, why. */
export function trustInWords(
  { level, maxAge }: Demand,
  settings: TrustSettings | undefined,
  person: Person | undefined,
): string {
  if (settings === undefined) return 'no: nobody can trust a device, the configuration has no trust';
  if (maxAge !== undefined)
    return `no: a factor of the last ${ageInWords(maxAge)} is demanded, and trust says who, not when`;
  if (level > settings.level)
    return `no: level ${level} is demanded, and trust stands in for level ${settings.level} at most (trust.level)`;
  if (person === undefined)
    return `yes, where a factor of level ${level} or more began that trust: the password alone is enough there`;
  const worth = person.factors.filter(mayGiveTrust).map(factor => trustLevel(factor, settings));
  if (worth.some(reached => reached >= level)) return 'yes: in a browser that she trusts, her password alone is enough';
  return worth.length === 0
    ? 'no: she has no factor that gives trust'
    : `no: trust by what she has stands in for level ${Math.max(...worth)} at most`;
}
