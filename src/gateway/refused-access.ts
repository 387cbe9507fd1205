import { type Decision, isGroupDenial } from '../policy/decide.ts';
import type { Session } from '../session/session.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { refuse, refuseDenied } from './respond.ts';

type Deps = Pick<GatewayDeps, 'audit' | 'ongoing' | 'log'>;
type Who = Partial<Pick<Session, 'person' | 'name' | 'id'>>;

/** More of an address, or of what a stranger says of himself, is noise. */
const longest = 200;

/** What decide() denied: where it was for her group, the trail says who asked for what. */
export function deny(deps: Deps, exchange: Exchange, denied: { decision: Decision; next: string; who?: Who }): void {
  const { decision, next, who = {} } = denied;
  if (isGroupDenial(decision)) tell(deps, exchange, { reason: 'not-in-group', who });
  refuseDenied(exchange, decision, next);
}

/** A page of another site asked for a WebSocket, which a browser does with the cookies of the app (ASVS 4.4.2). */
export function denyForeignSocket(deps: Deps, exchange: Exchange): void {
  tell(deps, exchange, { reason: 'foreign-web-socket', from: exchange.head.origin?.slice(0, longest) ?? '' });
  refuse(exchange, 'foreign-origin', { next: '/' });
}

/** The answer does not wait for it, nor fail with it: nothing is let through here. */
function tell(
  { audit, ongoing, log }: Deps,
  { app, target, source }: Exchange,
  what: { reason: 'not-in-group' | 'foreign-web-socket'; who?: Who; from?: string },
): void {
  if (!ongoing.throttle.admits(source)) return;
  const { reason, who = {}, from } = what;
  const { id: session, person, name } = who;
  audit
    .record({
      ...{ type: 'access.refused', realm: app.realm.name, app: app.settings.id, source, reason },
      // Never the query: it may hold what people typed.
      path: target.raw.split('?', 1)[0]?.slice(0, longest) ?? '',
      ...(person === undefined ? {} : { person }),
      ...(name === undefined ? {} : { name }),
      ...(session === undefined ? {} : { session }),
      ...(from === undefined ? {} : { from }),
    })
    .catch((error: unknown) => log.warn({ app: app.settings.id, why: String(error) }, 'a refusal is not in the audit'));
}
