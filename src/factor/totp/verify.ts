import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import type { Factor, Person } from '../person.ts';
import { matchStep } from './credential.ts';

/** Verifies a code and uses up its step in the whole fleet (R24, RFC 6238 5.2): of many at once one is accepted. */
export async function verifyTotp(
  deps: Pick<FactorDeps, 'store' | 'clock'>,
  { person, factor, answer }: Pick<Given<'totp'>, 'factor' | 'answer'> & { readonly person: Pick<Person, 'id'> },
): Promise<Verdict> {
  const step = await matchStep(factor.credential.secret, answer, deps.clock.now());
  if (step === undefined) return 'wrong';
  // Kept without end: a clock set back must not open a used step again.
  const fresh = await deps.store.advance(stepKey(person, factor), step);
  return fresh ? 'accepted' : 'repeated';
}

const day = 24 * 60 * 60_000;

/**
 * The mark of a factor that was removed goes, a day later: until then it stands so high that an answer which was under
 * way opens nothing. The factor's id never comes back.
 */
export async function forgetTotp(
  { store }: Pick<FactorDeps, 'store'>,
  factor: Pick<Factor<'totp'>, 'id'>,
  person: Pick<Person, 'id'>,
): Promise<void> {
  await store.advance(stepKey(person, factor), Number.MAX_SAFE_INTEGER, day);
}

function stepKey({ id }: Pick<Person, 'id'>, factor: Pick<Factor<'totp'>, 'id'>): string {
  return `totp-step:{${id}}:${factor.id}`;
}
