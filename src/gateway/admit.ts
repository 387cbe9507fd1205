import { type Decision, decide, type SessionFacts } from '../policy/decide.ts';
import { type Demand, demandOf } from '../policy/route.ts';
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
  const demand = strictest(app, method, target, request.destination);
  const { closed, folding } = app.settings.preset;
  const decision = decide({
    now,
    demand,
    entry,
    closed: closed.length > 0 && matchesAny(closed, method, target, seenParameters(target.query, folding)),
    session:
      session === undefined
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

function strictest(app: AppRuntime, method: string, target: Target, destination: string | undefined): Demand {
  const own = demandOf(app.table, method, target);
  if (destination === undefined) return own;
  return destinationOf(destination)
    .map(other => demandOf(app.table, method, other))
    .reduce((a, b) => (b.level > a.level ? b : a), own);
}

function destinationOf(destination: string): Target[] {
  try {
    const { pathname, search } = new URL(destination, 'http://destination.invalid');
    return [readTarget(pathname + search)];
  } catch {
    return [];
  }
}
