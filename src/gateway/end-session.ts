import type { AuditEvent } from '../audit/event.ts';
import type { Session } from '../session/session.ts';
import { deletion, SealedCookies } from '../visit/sealed-cookies.ts';
import { cookieNames, dropCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';

type Reason = Extract<AuditEvent, { type: 'session.ended' }>['reason'];

/**
 * Ends a session and all others that the same browser began in this realm: on a shared tablet the next person must
 * find every app closed. The answer under way takes the cookies out of the browser.
 */
export async function endSessions(
  deps: Pick<GatewayDeps, 'sessions' | 'audit'>,
  exchange: Exchange,
  session: Session,
  reason: Reason,
): Promise<void> {
  exchange.endsSession = true;
  const others = session.portal === undefined ? [] : await deps.sessions.ofPortal(session.portal);
  const all = [session, ...others.filter(other => other.id !== session.id)];
  for (const one of all) await endOne(deps, one, reason);
  exchange.setCookies.push(dropCookie(cookieNames.session));
  for (const name of exchange.cookies.keys()) {
    if (SealedCookies.isSealed(name)) exchange.setCookies.push(deletion(name));
  }
}

/** Ends one, with its event; nothing where it was ended already. */
export async function endOne(
  deps: Pick<GatewayDeps, 'sessions' | 'audit'>,
  session: Session,
  reason: Reason,
): Promise<void> {
  if (!(await deps.sessions.end(session.id))) return;
  const { realm, person, name, id } = session;
  await deps.audit.record({ type: 'session.ended', realm, person, name, session: id, reason });
}
