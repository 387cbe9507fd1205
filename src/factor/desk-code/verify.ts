import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import { isDeskCode } from './credential.ts';

/**
 * Verifies the code of the desk. It is not used up: who left her phone at home signs in several times that day. Its day
 * is what ends it, or the desk.
 */
export async function verifyDeskCode(
  { ring, clock }: Pick<FactorDeps, 'ring' | 'clock'>,
  { person, factor: { credential }, answer }: Pick<Given<'desk-code'>, 'person' | 'factor' | 'answer'>,
): Promise<Verdict> {
  if (clock.now() >= credential.until) return 'wrong';
  return isDeskCode(ring, person, credential, answer) ? 'accepted' : 'wrong';
}
