import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import type { Person } from '../person.ts';
import { matchStep } from './credential.ts';

/** Verifies a code and uses up its step in the whole fleet (R24, RFC 6238 5.2): of many at once one is accepted. */
export async function verifyTotp(
  deps: Pick<FactorDeps, 'store' | 'clock'>,
  { person, factor, answer }: Pick<Given<'totp'>, 'factor' | 'answer'> & { readonly person: Pick<Person, 'id'> },
): Promise<Verdict> {
  const step = await matchStep(factor.credential.secret, answer, deps.clock.now());
  if (step === undefined) return 'wrong';
  // Kept without end: a clock set back must not open a used step again.
  const fresh = await deps.store.advance(`totp-step:{${person.id}}:${factor.id}`, step);
  return fresh ? 'accepted' : 'repeated';
}
