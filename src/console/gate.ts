import type { Person } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import { SluisError } from '../kernel/errors.ts';
import { consoleApp, consoleRealm, isAble, isSettled, type Operator } from '../operator/operator.ts';
import { demandedOf } from '../operator/sign-in.ts';
import type { Session } from '../session/session.ts';
import { sessionCookie } from './cookies.ts';
import type { ConsoleDeps } from './deps.ts';
import type { ConsoleContext, View } from './view.ts';

/** An operator who is in: both factors were right, and everything that let her in still holds. */
export interface Inside {
  readonly operator: Operator;
  readonly session: Session;
}

/** Why nobody is in; `mandate` is for who passed both factors. */
export type Outside = 'nobody' | 'mandate';

/**
 * Who this request is from. Asked for each request, and against the store: a mandate, a role, a factor or a session that
 * ended a moment ago lets nobody in. Rejects with 'store.unavailable' where that cannot be said (rule 2).
 */
export async function whoIsIn(deps: ConsoleDeps, view: View, c: ConsoleContext): Promise<Inside | Outside> {
  const cookie = view.cookie(c, sessionCookie);
  if (cookie === undefined || cookie === '') return 'nobody';
  const open = await deps.sessions.find(cookie, consoleApp);
  // What is known while the store is lost goes on for nobody here: there is no grace for operators.
  if (deps.sessions.storeStanding !== 'confirmed') throw new SluisError('store.unavailable', 'The store is lost.');
  if (open === undefined || open.session.realm !== consoleRealm) return 'nobody';
  const { session } = open;
  const now = deps.clock.now();
  const { idle, absolute } = deps.console;
  if (now >= deps.sessions.lastSeen(session) + idle || now >= session.beganAt + absolute) return 'nobody';
  const [operator, person] = [await deps.operators.byId(session.person), await deps.people.byId(session.person)];
  if (operator === undefined || !isSettled(operator)) return 'nobody';
  if (!stillHas(person, session, demandedOf(person, deps.console.level))) return 'nobody';
  if (!isAble(operator, now)) return 'mandate';
  deps.sessions.touch(session);
  return { operator, session };
}

/** The factor that opened the session, worth enough by what is demanded now. */
function stillHas(person: Person | undefined, session: Session, level: number): boolean {
  const factor = person?.factors.find(({ id }) => id === session.factor);
  return factor !== undefined && Math.min(levelOf(factor), session.level) >= level;
}

/** Whether the second factor was used a moment ago. */
export function isFresh({ clock, console: { freshFor } }: ConsoleDeps, { factorAt }: Session): boolean {
  const age = clock.now() - factorAt;
  return age >= 0 && age <= freshFor;
}
