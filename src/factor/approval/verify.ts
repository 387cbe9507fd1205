import type { FactorDeps } from '../deps.ts';
import type { Given, Verdict } from '../kind.ts';
import type { Factor } from '../person.ts';
import { passAsk } from './asks.ts';
import { deviceOf } from './credential.ts';
import { dropSubscription } from './subscription.ts';

/**
 * Takes what a phone approved. Its signature and the number were looked at when it answered; here it counts only that this
 * factor approved this ask, for this sign-in, and that nobody took it before. `answer` is the id of the ask, which the
 * portal reads from the store and never from the browser.
 */
export async function verifyApproval(
  deps: Pick<FactorDeps, 'store' | 'clock' | 'ring'>,
  { person, factor, answer, challenge }: Given<'approval'>,
): Promise<Verdict> {
  return passAsk(deps, { person, factor: factor.id, id: answer, challenge });
}

/** Nobody wakes a phone that was removed. Whose it was stays known, for good (R07). */
export async function forgetApproval(
  { store }: Pick<FactorDeps, 'store'>,
  { credential }: Pick<Factor<'approval'>, 'credential'>,
): Promise<void> {
  await dropSubscription({ store }, deviceOf(credential.publicKey));
}
