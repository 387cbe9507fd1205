import type { FactorDeps } from '../deps.ts';
import type { Verdict } from '../kind.ts';
import type { People } from '../people.ts';
import type { Factor, Person } from '../person.ts';
import { claimAddress } from '../sent-code/claim.ts';

/** Notes a number as this person's, who has just shown that she reads what is sent to it (R07). */
export function claimNumber(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'> & { readonly people: People },
  { number, person }: { readonly number: string; readonly person: Pick<Person, 'id'> },
): Promise<Verdict> {
  const knownAs = (factor: Factor) => (factor.kind === 'sms' ? factor.credential.number : undefined);
  return claimAddress(deps, { kind: 'sms', known: number, person, knownAs });
}
