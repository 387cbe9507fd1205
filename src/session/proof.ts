import { passedWith } from '../factor/desk-code/standing.ts';
import type { Person } from '../factor/person.ts';
import { type Usable, withoutSending } from '../factor/sent-code/usable.ts';
import type { Session } from './session.ts';

/** What is asked of a living session, for a sign-in of the same account to go on without another challenge. */
export interface ProofDemand {
  readonly realm: string;
  readonly name: string;
  readonly demands: { readonly level: number; readonly maxAge: number | undefined };
}

/**
 * Whether what this session proved still serves this sign-in: the same account, living, high and fresh enough, and by a
 * factor that the person still has and that may serve where she is going (R20). A factor that was replaced, or a name's
 * former owner, proves nothing (R39).
 */
export function stillProves(
  session: Session,
  level: number,
  asked: ProofDemand,
  person: Person | undefined,
  times: { readonly now: number; readonly idleEnd: number },
  usable: Usable = withoutSending,
): boolean {
  const { realm, name, demands } = asked;
  if (session.realm !== realm || session.name !== name || session.person !== person?.id) return false;
  if (times.now >= session.absoluteEnd || times.now >= times.idleEnd) return false;
  if (level < demands.level) return false;
  // Trust says nothing of a fresh factor, however short ago it came from one.
  if (demands.maxAge !== undefined && (session.proof === 'trust' || times.now - session.factorAt > demands.maxAge))
    return false;
  const factor = passedWith(person, session.factor);
  return factor !== undefined && usable(factor);
}
