import type { AppSettings, RealmSettings } from '../config/settings.ts';
import type { Session } from '../session/session.ts';
import type { OpenSession, Sessions } from '../session/sessions.ts';
import { type Decision, decide, type Facts, type SessionFacts } from './decide.ts';
import { groupsOf } from './groups.ts';
import { type Entry, matchesAny, seenParameters } from './match.ts';
import { type Demand, demandOf, forGroups, type RouteTable, stricter } from './route.ts';
import { readTarget, type Target } from './target.ts';

/** What is said of one app, for whoever asks about it. */
export interface AppRules {
  readonly settings: Pick<AppSettings, 'preset'>;
  readonly realm: Pick<RealmSettings, 'name' | 'groups'>;
  readonly table: RouteTable;
  /** Whether what opened a session is still worth something here, by the configuration of now (R04). */
  readonly stillTaken: (sent: Session['sent']) => boolean;
}

export interface Admission {
  readonly decision: Decision;
  /** Of this very person: with what her groups add to it. */
  readonly demand: Demand;
}

export interface AdmitRequest {
  readonly app: AppRules;
  readonly method: string;
  readonly target: Target;
  readonly entry: Entry | undefined;
  readonly session: OpenSession | undefined;
  /** Whoever has no session yet, and what she holds: at release, and where somebody asks what would be. */
  readonly person?: { readonly name: string; readonly holds: SessionFacts | undefined };
  /** DAV's Destination: a target of its own. */
  readonly destination?: string | undefined;
  readonly now: number;
}

/** Gathers the facts and asks. Everything that lets a request through, and whoever explains it, asks here (rule 1). */
export function admit(sessions: Pick<Sessions, 'storeStanding' | 'idleEnd'>, request: AdmitRequest): Admission {
  const { app, method, target, entry, now } = request;
  const ownSession = sessionIn(request);
  // Nearly every request has one target.
  const others = request.destination === undefined ? [] : destinationsIn(request.destination);
  const groups = groupsIn(request, ownSession);
  const demand = forGroups(
    others.reduce(
      (strictest, other) => stricter(strictest, demandOf(app.table, method, other)),
      demandOf(app.table, method, target),
    ),
    groups,
  );
  const decision = decide({
    now,
    demand,
    groups,
    entry,
    standing: sessions.storeStanding,
    closed: isClosed(app, method, [target, ...others]),
    session: ownSession === undefined ? request.person?.holds : factsOf(sessions, app, ownSession),
  });
  return { decision, demand };
}

function isClosed({ settings }: AppRules, method: string, targets: readonly Target[]): boolean {
  const { closed, folding } = settings.preset;
  if (closed.length === 0) return false;
  return targets.some(one => matchesAny(closed, method, one, seenParameters(one.query, folding)));
}

function factsOf(
  sessions: Pick<Sessions, 'idleEnd'>,
  app: AppRules,
  { session, level: held }: OpenSession,
): SessionFacts {
  const { factorAt, absoluteEnd, proof, sent } = session;
  const level = app.stillTaken(sent) ? held : 0;
  return { level, factorAt, byTrust: proof === 'trust', idleEnd: sessions.idleEnd(session), absoluteEnd };
}

/** An app may have come to another realm: whom that one calls by this name is somebody else. */
function sessionIn({ app, session }: AdmitRequest): OpenSession | undefined {
  return session?.session.realm === app.realm.name ? session : undefined;
}

function groupsIn({ app: { realm }, person }: AdmitRequest, session: OpenSession | undefined): Facts['groups'] {
  const name = session?.session.name ?? person?.name;
  return name === undefined ? [] : groupsOf(realm, name);
}

/** As it stands, for a URL parser would settle it one way only; with and without what may be a scheme and a host. */
function destinationsIn(destination: string): Target[] {
  const path = destination.split('#', 1)[0] ?? '';
  return [path, path.replace(/^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?]*/i, '')].map(readTarget);
}
