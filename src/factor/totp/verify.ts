import type { FactorDeps } from '../deps.ts';
import type { Factor } from '../person.ts';
import { matchStep } from './credential.ts';

/** `repeated`: a right code of a step that was accepted already, or of an older one; no guess, so no failed attempt. */
export type TotpVerdict = 'accepted' | 'wrong' | 'repeated';

/** Verifies a code and uses up its step in the whole fleet (R24, RFC 6238 5.2): of many at once one is accepted. */
export async function verifyTotp(
  deps: Pick<FactorDeps, 'store' | 'clock'>,
  person: { readonly id: string },
  factor: Pick<Factor, 'id' | 'credential'>,
  code: string,
): Promise<TotpVerdict> {
  const step = await matchStep(factor.credential.secret, code, deps.clock.now());
  if (step === undefined) return 'wrong';
  // Kept without end: a clock set back must not open a used step again.
  const fresh = await deps.store.advance(`totp-step:{${person.id}}:${factor.id}`, step);
  return fresh ? 'accepted' : 'repeated';
}
