import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import { takeCode } from '../sent-code/code.ts';

/** Verifies a code that was sent to this number, for this very challenge, and uses it up. */
export function verifySms(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'>,
  { person, factor, answer, challenge }: Given<'sms'>,
): Promise<Verdict> {
  const address = factor.credential.number;
  return takeCode(deps, { kind: 'sms', challenge, person: person.id, factor: factor.id, address }, answer);
}
