import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import { takeCode } from '../sent-code/code.ts';

/** Verifies a code that was mailed to this address, for this very challenge, and uses it up. */
export function verifyEmail(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'>,
  { person, factor, answer, challenge }: Given<'email'>,
): Promise<Verdict> {
  const { address } = factor.credential;
  return takeCode(deps, { kind: 'email', challenge, person: person.id, factor: factor.id, address }, answer);
}
