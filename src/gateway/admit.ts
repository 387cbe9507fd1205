import { type Decision, decide, type SessionFacts } from '../policy/decide.ts';
import { type Demand, demandOf, stricter } from '../policy/route.ts';
import { readTarget, type Target } from '../policy/target.ts';
import type { Entry } from '../preset/match.ts';
import { matchesAny, seenParameters } from '../preset/match.ts';
import type { OpenSession, Sessions } from '../session/sessions.ts';
import type { AppRuntime } from './exchange.ts';

export interface Admission {
  readonly decision: Decision;
  readonly demand: Demand;
}

export interface AdmitRequest {
  readonly app: AppRuntime;
  readonly method: string;
  readonly target: Target;
  readonly entry: Entry | undefined;
  readonly session: OpenSession | undefined;
  /** What a person holds who has no session yet: at release. */
  readonly holds?: SessionFacts;
  /** DAV's Destination: a target of its own. */
  readonly destination?: string | undefined;
  readonly now: number;
}

/** Gathers the facts and asks. Everything that lets a request through, asks here (rule 1). */
export function admit(sessions: Sessions, request: AdmitRequest): Admission {
  const { app, method, target, entry, session, now } = request;
  // Nearly every request has one target.
  const others = request.destination === undefined ? [] : destinationsIn(request.destination);
  const demand = others.reduce<Demand>(
    (strictest, other) => stricter(strictest, demandOf(app.table, method, other)),
    demandOf(app.table, method, target),
  );
  const { closed, folding } = app.settings.preset;
  const decision = decide({
    now,
    demand,
    entry,
    standing: sessions.storeStanding,
    closed:
      closed.length > 0 &&
      [target, ...others].some(one => matchesAny(closed, method, one, seenParameters(one.query, folding))),
    // An app may have come to another realm: whom that one calls by this name is somebody else.
    session:
      session === undefined || session.session.realm !== app.realm.name
        ? request.holds
        : {
            level: session.level,
            factorAt: session.session.factorAt,
            idleEnd: sessions.idleEnd(session.session),
            absoluteEnd: session.session.absoluteEnd,
          },
  });
  return { decision, demand };
}

/** As it stands, for a URL parser would settle it one way only; with and without what may be a scheme and a host. */
function destinationsIn(destination: string): Target[] {
  const path = destination.split('#', 1)[0] ?? '';
  return [path, path.replace(/^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?]*/i, '')].map(readTarget);
}
