import type { Session } from '../session/session.ts';
import type { EndReason } from '../session/session-ends.ts';
import { deletion, SealedCookies } from '../visit/sealed-cookies.ts';
import { cookieNames, dropCookie } from './cookie-names.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';

/**
 * Ends a session and all others that the same browser began in this realm: on a shared tablet the next person must
 * find every app closed. The answer under way takes the cookies out of the browser. True for the request that ended it.
 */
export async function endSessions(
  deps: Pick<GatewayDeps, 'ends'>,
  exchange: Exchange,
  session: Session,
  reason: EndReason,
): Promise<boolean> {
  exchange.endsSession = true;
  const first = await deps.ends.one(session, reason);
  if (session.portal !== undefined) await deps.ends.ofBrowser(session.portal, reason);
  exchange.setCookies.push(dropCookie(cookieNames.session));
  for (const name of exchange.cookies.keys()) {
    if (SealedCookies.isSealed(name)) exchange.setCookies.push(deletion(name));
  }
  return first;
}
